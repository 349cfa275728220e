# What is asked for: a profile, packages, file systems and a name.

# A name and a value for the inner make, unless there is none.
forward = $(if $(2),$(1)="$(2)")

CHOSEN_PROFILE = $(filter DEVICE_$(PROFILE) $(PROFILE),$(PROFILE_NAMES))
PROFILE_ID := $(if $(USER_PROFILE),$(USER_PROFILE),$(firstword $(PROFILE_NAMES)))

quoted = '$(subst ','\'',$(1))'
PROFILE_LIST = $(foreach p,$(PROFILE_NAMES), \
	echo '$(p:DEVICE_%=%):'; $(if $($(p)_NAME),echo $(call quoted,    $($(p)_NAME));) \
	echo '    Packages: $($(p)_PACKAGES)'; \
	$(if $(HAS_IMAGE_METADATA),echo '    hasImageMetadata: $($(p)_HAS_IMAGE_METADATA)'; \
	$(if $($(p)_SUPPORTED_DEVICES),echo '    SupportedDevices: $($(p)_SUPPORTED_DEVICES)';)))

# `-name` takes a name off the list, wherever both stand in it.
resolved = $(filter-out -% $(patsubst -%,%,$(filter -%,$(1))),$(1))
BUILD_PACKAGES := $(call resolved,$(sort $(DEFAULT_PACKAGES) $($(PROFILE_ID)_PACKAGES) kernel))
BUILD_PACKAGES := $(strip $(call resolved,$(USER_PACKAGES) $(BUILD_PACKAGES)))

FILESYSTEMS := $(if $(CONFIG_TARGET_ROOTFS_SQUASHFS),squashfs) $(if $(CONFIG_TARGET_ROOTFS_EXT4FS),ext4) \
	$(if $(CONFIG_TARGET_ROOTFS_TARGZ),targz)
FILESYSTEMS := $(strip $(FILESYSTEMS))
export BUILD_FILESYSTEMS := $(if $(USER_FILESYSTEM),$(USER_FILESYSTEM),$(FILESYSTEMS))

# Lower case, and nothing but letters, digits, dots and dashes.
SANITIZED_NAME := $(if $(EXTRA_IMAGE_NAME),$(shell printf '%s' '$(EXTRA_IMAGE_NAME)' | tr 'A-Z' 'a-z' | tr ' _' '--' | tr -cd 'a-z0-9.-'))
export IMAGE_PREFIX := $(IMAGE_DIST)$(if $(SANITIZED_NAME),-$(SANITIZED_NAME))-$(BOARD)-$(SUBTARGET)-$(PROFILE_ID:DEVICE_%=%)
export CONFIG_TARGET_ROOTFS_PARTSIZE CONFIG_TARGET_KERNEL_PARTSIZE
