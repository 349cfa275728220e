# The apk generation: repositories, keys of any name, images that are not signed.
APK = $(PYTHON) $(SCRIPT_DIR)/apk.py --repositories $(TOPDIR)/repositories --keys $(KEY_DIR) --dl $(DL_DIR) --root $(TARGET_DIR) \
	--arch $(ARCH_PACKAGES) --local $(PACKAGE_DIR) $(if $(CONFIG_SIGNATURE_CHECK),,--allow-untrusted)

LIST_INSTALLED = $(APK) manifest
# What apk would say without its database is next to nothing.
ASK_FEEDS = :
INDEX_IS_OLD = [ ! -f $(PACKAGE_DIR)/packages.adb ] || [ -n "`find $(PACKAGE_DIR) -cnewer $(PACKAGE_DIR)/packages.adb`" ]
MAKE_INDEX = $(PYTHON) $(SCRIPT_DIR)/make_apk_index.py $(PACKAGE_DIR) $(if $(CONFIG_SIGNATURE_CHECK),$(KEY_DIR)/local-private-key.pem)
INIT_DATABASE = $(APK) --initdb add
UPDATE_LISTS = :
# What was built together goes together: the C library, the kernel and the base of this very ImageBuilder.
PINNED = $(patsubst base-files,base-files=$(BASE_FILES_VERSION),$(patsubst libc,libc=$(LIBC_VERSION),$(patsubst kernel,kernel=$(KERNEL_VERSION),$(BUILD_PACKAGES))))
INSTALL_PACKAGES = $(APK) add $(PINNED)
INSTALL_LOCAL_KEY = mkdir -p $(TARGET_DIR)/etc/apk/keys && cp $(KEY_DIR)/local-public-key.pem $(TARGET_DIR)/etc/apk/keys/

_check_keys: FORCE
ifneq ($(CONFIG_SIGNATURE_CHECK),)
	@if [ ! -s $(KEY_DIR)/local-private-key.pem ] || [ ! -s $(KEY_DIR)/local-public-key.pem ]; then \
		echo Generate local signing keys... >&2; \
		$(PYTHON) $(SCRIPT_DIR)/local_apk_key.py $(KEY_DIR); \
	fi
endif
