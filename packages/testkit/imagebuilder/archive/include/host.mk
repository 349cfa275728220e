# Programs of the host; file system tools often lie where only root looks.
export PATH := $(TOPDIR)/staging_dir/host/bin:$(PATH):/usr/sbin:/sbin
export PYTHONHASHSEED := 0
# Nothing but python itself is needed, and so it starts in half the time.
PYTHON := python3 -S
export REVISION SOURCE_DATE_EPOCH
