#!/bin/sh
# Puts the Functions app and an ffmpeg for it into artifacts/functions.
#
# FFMPEG_ARCHIVE  address or path of a .tar.xz with static ffmpeg and ffprobe for Linux on x86-64 and their licence;
#                 the LGPL build of BtbN/FFmpeg-Builds unless given.
# FFMPEG_SHA256   what the archive has to have; unless given, what the checksums beside it say. For a deployment that is to be
#                 the same next year give both.
set -eu

cd "$(dirname "$0")/../.."
app=artifacts/functions
version=8.1
archive=${FFMPEG_ARCHIVE:-https://github.com/BtbN/FFmpeg-Builds/releases/download/latest/ffmpeg-n$version-latest-linux64-lgpl-$version.tar.xz}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
name=$(basename "$archive")
case $archive in
  https://*)
    curl -fsSL --retry 3 -o "$scratch/$name" "$archive"
    [ -n "${FFMPEG_SHA256:-}" ] || curl -fsSL --retry 3 -o "$scratch/checksums" "$(dirname "$archive")/checksums.sha256"
    ;;
  *)
    cp "$archive" "$scratch/$name"
    if [ -z "${FFMPEG_SHA256:-}" ]; then cp "$(dirname "$archive")/checksums.sha256" "$scratch/checksums"; fi
    ;;
esac

expected=${FFMPEG_SHA256:-$(awk -v name="$name" '$2 == name || $2 == "*" name { print $1 }' "$scratch/checksums")}
actual=$(sha256sum "$scratch/$name" | cut -d ' ' -f 1)
if [ -z "$expected" ] || [ "$expected" != "$actual" ]; then
  echo "$name has the SHA-256 $actual; '$expected' was expected." >&2
  exit 1
fi

rm -rf "$app"
dotnet publish src/Functions -c Cloud -r linux-x64 --self-contained false -o "$app"

mkdir "$scratch/ffmpeg"
tar -xJf "$scratch/$name" -C "$scratch/ffmpeg" --strip-components=1
mkdir -p "$app/tools"
for program in ffmpeg ffprobe; do install -m 755 "$scratch/ffmpeg/bin/$program" "$app/tools/$program"; done

# ffmpeg stays under its own licence, which goes along with where it is from.
licence=$(find "$scratch/ffmpeg" -maxdepth 1 -iname 'licen[cs]e*' | head -n 1)
if [ -z "$licence" ]; then
  echo "$name has no licence with it." >&2
  exit 1
fi
cp "$licence" "$app/tools/LICENSE.ffmpeg.txt"
printf 'ffmpeg and ffprobe of %s (SHA-256 %s), unchanged; source: https://ffmpeg.org\n' "$archive" "$actual" > "$app/tools/NOTICE.txt"
