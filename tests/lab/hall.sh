#!/bin/sh
# The hall on the machine's second disk, and a way to its door from outside; runs until the power goes.
modprobe virtio_net
ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0
mount -t ext4 /dev/vdc /data || { echo "no-mount" >/dev/ttyS1; exit 1; }
cp -r config/demo /run/hall
chmod 700 /run/hall && chmod 600 /run/hall/staff.toml
# No devices: what they and their libraries cost, an emulated processor has better use for.
: >/run/hall/devices.toml
rm -f /run/hall/boards.toml /run/hall/uplink.toml
sed -i /printer-1/d /run/hall/hall.toml
if [ "$LAB_verify" = yes ]; then
    python3 -m edge journal verify --data /data/hall >/dev/ttyS1 2>&1 && echo verified >/dev/ttyS1
    umount /data
    exit
fi
socat TCP-LISTEN:8600,bind=10.0.2.15,fork,reuseaddr TCP:127.0.0.1:8600 &
python3 -m edge run /run/hall --data /data/hall --port 8600 >/dev/ttyS1
