#!/bin/sh
# The machine's only service: mounts what is usual, then runs the parts that the kernel's command line names.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run
mount -t proc proc /proc
mount -t sysfs sys /sys
mkdir -p /dev/pts /dev/shm
mount -t devpts pts /dev/pts
for folder in /dev/shm /run /tmp /var; do mount -t tmpfs tmp "$folder"; done
mkdir -p /run/udev /var/tmp /var/lib
ip link set lo up
for word in $(cat /proc/cmdline); do case "$word" in lab.*=*) export "LAB_$(echo "${word#lab.}" | tr , ' ')";; esac; done
export PYTHONPATH=/code:/opt/site PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
cd /code
case "$LAB_do" in
devices)
    modprobe configfs && mount -t configfs config /sys/kernel/config
    /lib/systemd/systemd-udevd --daemon
    for part in $(echo "$LAB_parts" | tr + ' '); do python3 -m tests.lab.inside "$part" >/dev/ttyS1; done
    ;;
hall)
    sh tests/lab/hall.sh
    ;;
esac
sync
poweroff -f 2>/dev/null || busybox poweroff -f
