# The opkg generation: repositories.conf, keys named by their fingerprint, images signed with a local key.
OPKG = $(PYTHON) $(SCRIPT_DIR)/opkg.py --conf $(TOPDIR)/repositories.conf --keys $(KEY_DIR) --dl $(DL_DIR) --root $(TARGET_DIR) \
	--arch $(ARCH_PACKAGES) $(if $(CONFIG_SIGNATURE_CHECK),--check-signature)

LIST_INSTALLED = $(OPKG) manifest
ASK_FEEDS = $(PYTHON) $(SCRIPT_DIR)/list_packages.py $(DL_DIR)
# With signatures a list is never as new as its own.
INDEX_IS_OLD = [ -n "$(CONFIG_SIGNATURE_CHECK)" ] || [ ! -f $(PACKAGE_DIR)/Packages.gz ] || [ -n "`find $(PACKAGE_DIR) -cnewer $(PACKAGE_DIR)/Packages.gz`" ]
MAKE_INDEX = $(PYTHON) $(SCRIPT_DIR)/ipkg_make_index.py $(PACKAGE_DIR) $(if $(CONFIG_SIGNATURE_CHECK),$(TOPDIR)/key-build)
INIT_DATABASE = :
UPDATE_LISTS = $(OPKG) update >&2 || true
INSTALL_PACKAGES = $(OPKG) install $(wildcard $(LINUX_DIR)/libc_*.ipk $(PACKAGE_DIR)/libc_*.ipk) \
	&& $(OPKG) install $(wildcard $(LINUX_DIR)/kernel_*.ipk $(PACKAGE_DIR)/kernel_*.ipk) \
	&& $(OPKG) install $(BUILD_PACKAGES)
INSTALL_LOCAL_KEY = mkdir -p $(TARGET_DIR)/etc/opkg/keys && $(PYTHON) $(SCRIPT_DIR)/usign.py add $(TOPDIR)/key-build.pub $(TARGET_DIR)/etc/opkg/keys

_check_keys: FORCE
ifneq ($(CONFIG_SIGNATURE_CHECK),)
	@if [ ! -s $(TOPDIR)/key-build ] || [ ! -s $(TOPDIR)/key-build.pub ]; then \
		echo Generate local signing keys... >&2; \
		$(PYTHON) $(SCRIPT_DIR)/usign.py generate $(TOPDIR)/key-build && $(PYTHON) $(SCRIPT_DIR)/usign.py add $(TOPDIR)/key-build.pub $(KEY_DIR); \
	fi
	@if [ ! -s $(TOPDIR)/key-build.ucert ]; then \
		echo Generate local certificate... >&2; \
		$(PYTHON) $(SCRIPT_DIR)/usign.py certify $(TOPDIR)/key-build; \
	fi
endif
