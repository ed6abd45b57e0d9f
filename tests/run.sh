#!/usr/bin/env bash
# Installs what the tests need where it may, else says what to install; then runs the whole suite.
# The last line is "N passed, N failed".
set -u
cd "$(dirname "$0")/.." || exit 1
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en MSBUILDDISABLENODEREUSE=1

if ! command -v dotnet >/dev/null; then
  echo 'The .NET 10 SDK is missing: https://dotnet.microsoft.com/download/dotnet/10.0' >&2
  exit 1
fi

# Somebody else's decoder and tempo detectors judge our files. Without them those tests are skipped, and say so.
missing=()
command -v ffmpeg >/dev/null || missing+=(ffmpeg)
command -v soundstretch >/dev/null || missing+=(soundstretch)
command -v bpm >/dev/null || missing+=(bpm-tools)
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
      echo "Could not install ${missing[*]}; the tests that need them are skipped." >&2
  else
    echo "Not installed: ${missing[*]}. The tests that need them are skipped; on Debian: sudo apt-get install ${missing[*]}" >&2
  fi
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
dotnet build DgxMusic.Functions.sln -c Release -m:2 -v q || { echo '0 passed, 1 failed'; exit 1; }
dotnet test DgxMusic.Functions.sln -c Release --no-build -m:1 -v m 2>&1 | tee -a "$log"
[ "${PIPESTATUS[0]}" -eq 0 ] || status=1
# The kernels once more without hardware vectors, where they take their plain definitions.
for kernels in tests/Dsp tests/Tensors tests/Models tests/Composer; do
  DOTNET_EnableHWIntrinsic=0 dotnet test "$kernels" -c Release --no-build --filter Category=Kernels -v m 2>&1 | tee -a "$log"
  [ "${PIPESTATUS[0]}" -eq 0 ] || status=1
done

count() { grep -oE "$1: +[0-9]+" "$log" | grep -oE '[0-9]+' | awk '{ sum += $1 } END { print sum + 0 }'; }
passed=$(count Passed)
failed=$(count Failed)
# A test process that died before it could count is a failure too.
[ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
[ "$passed" -gt 0 ] || status=1
echo "$passed passed, $failed failed"
exit $status
