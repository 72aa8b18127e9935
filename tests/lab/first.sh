#!/bin/busybox sh
# The first process: loads the disk's modules, mounts the disk, unpacks the code, hands over to guest.sh.
export PATH=/bin
busybox mount -t proc proc /proc
busybox --install -s /bin
mount -t devtmpfs dev /dev
for module in /modules/*.ko; do insmod "$module"; done
while [ ! -b /dev/vdb ]; do sleep 0.1; done
mount -t ext4 -o ro /dev/vda /new
mount -t tmpfs code /new/code
tar -x -C /new/code -f /dev/vdb
mount --move /dev /new/dev
umount /proc
exec switch_root /new /code/tests/lab/guest.sh
