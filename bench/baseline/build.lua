-- A build request with 40 packages, the size a router with a web interface sends.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local packages = {}
for i = 1, 40 do packages[i] = string.format('"package-%02d"', i) end
wrk.body = string.format(
  '{"distro":"openwrt","version":"%s","target":"%s","profile":"%s","packages":[%s],"diff_packages":true,"client":"bench/1.0"}',
  os.getenv("BENCH_VERSION") or "24.10.0", os.getenv("BENCH_TARGET") or "ath79/generic",
  os.getenv("BENCH_PROFILE") or "tplink_archer-c7-v2",
  os.getenv("BENCH_PACKAGES") or table.concat(packages, ","))
