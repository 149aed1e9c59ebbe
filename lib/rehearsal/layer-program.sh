#!/bin/sh
# Stands on the emulator's PATH as kubectl, helm and aws, and runs what the calling Lambda's own layers bring under that
# name: the emulator unpacks layers without putting them at /opt, and without their execute bits.
set -eu
name=${0##*/}
case $name in aws) below=awscli/aws ;; *) below=$name/$name ;; esac
found=
IFS=:
for layer in ${_LAMBDA_LAYERS_DIRS:-}; do
  if [ -f "$layer/$below" ]; then
    found=$layer/$below
    break
  fi
done
unset IFS
if [ -z "$found" ]; then
  echo "$name: no layer of this Lambda brings $below" >&2
  exit 127
fi

case $name in
  aws)
    # A token for EKS is a signed address of STS, which nobody calls; it has to be the real one's.
    case " $* " in *" get-token "*) export AWS_ENDPOINT_URL_STS="https://sts.$AWS_REGION.amazonaws.com" ;; esac
    # The layer has no bytecode, to compile the AWS CLI takes longer than to run it, and each Lambda has the layer in
    # another place: one copy stays on this machine, named by the checksums of all its files that RECORD holds.
    kept=$REHEARSAL_PROGRAMS/aws-$(cat "$layer"/awscli/*.dist-info/RECORD | sha256sum | cut -c1-12)
    if [ ! -d "$kept" ]; then
      mkdir -p "$REHEARSAL_PROGRAMS"
      cp -R "$layer/awscli" "$kept.$$"
      mv -T "$kept.$$" "$kept" 2>/dev/null || rm -rf "$kept.$$" # Another Lambda was first.
    fi
    unset PYTHONDONTWRITEBYTECODE
    export PYTHONPYCACHEPREFIX="$kept.pycache"
    exec python3 "$kept/aws" "$@"
    ;;
  helm)
    # Chart repositories of the internet are served by the rehearsal, with charts that stand in for theirs.
    before=
    for argument in "$@"; do
      shift
      [ "$before" != --repo ] || argument=$REHEARSAL_CHARTS/${argument#*://}
      set -- "$@" "$argument"
      before=$argument
    done
    ;;
esac
chmod +x "$found"
exec "$found" "$@"
