# Where things lie. All of it is wiped and written by each run but dl/ and the keys: one run a folder at a time.
TMP_DIR := $(TOPDIR)/tmp
DL_DIR := $(TOPDIR)/dl
SCRIPT_DIR := $(TOPDIR)/scripts
PACKAGE_DIR := $(TOPDIR)/packages
KEY_DIR := $(TOPDIR)/keys
BIN_DIR ?= $(TOPDIR)/bin/targets/$(BOARD)/$(SUBTARGET)
BUILD_DIR := $(TOPDIR)/build_dir/target-$(ARCH_PACKAGES)_musl
KDIR := $(BUILD_DIR)/linux-$(BOARD)_$(SUBTARGET)
LINUX_DIR := $(KDIR)/linux-$(LINUX_VERSION)
TARGET_DIR := $(BUILD_DIR)/root-$(BOARD)
TARGET_DIR_ORIG := $(BUILD_DIR)/root.orig-$(BOARD)
JSON_DIR := $(BUILD_DIR)/json_info_files
export KDIR TARGET_DIR JSON_DIR SCRIPT_DIR
