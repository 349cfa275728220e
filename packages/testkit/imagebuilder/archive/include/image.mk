# The images of one device: root file systems first, then whatever the device's recipe makes of them.
# Included by target/linux/<board>/image/Makefile, with the variables of the top Makefile in the environment.
include $(TOPDIR)/include/target.mk

.PHONY: install FORCE
FORCE: ;

install: $(KDIR)/$(DEVICE)-kernel.bin $(addprefix $(KDIR)/root.,$(BUILD_FILESYSTEMS))
	python3 -S $(SCRIPT_DIR)/build_images.py $(CURDIR)/$(SUBTARGET).json '$(DEVICE)' '$(BIN_DIR)'

$(KDIR)/root.squashfs: FORCE
	mksquashfs $(TARGET_DIR) $@ -no-progress -nopad -noappend -all-root -comp xz -b 256k -p '/dev d 755 0 0' -p '/dev/console c 600 0 0 5 1'

$(KDIR)/root.ext4: FORCE
	python3 -S $(SCRIPT_DIR)/make_ext4.py $(TARGET_DIR) $@ $$(( $(CONFIG_TARGET_ROOTFS_PARTSIZE) * 1024 * 1024 ))

$(KDIR)/root.targz: FORCE
	tar -C $(TARGET_DIR) --sort=name --owner=0 --group=0 --numeric-owner --mtime=@$(SOURCE_DATE_EPOCH) -cf - . | gzip -9n > $@
