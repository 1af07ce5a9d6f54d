#!/bin/sh
# Measures one GPU, with a program of ours in one folder and the PyTorch of the machine.
#   gpu.sh pack [FOLDER]            on a machine with the .NET SDK: makes the folder (artifacts/gpu-benchmark), without libtorch
#   FOLDER/gpu.sh [VERB] [OPTIONS]  on the machine with the GPU, which needs neither .NET nor a network; the verb is gpu unless given
#   FOLDER/gpu.sh baseline          the same measurements with the transformers and peft of the machine's python3
# LIBTORCH names the folder of a PyTorch or libtorch; without it the torch of python3 is taken. To try it without a GPU:
#   FOLDER/gpu.sh --device cpu --shape small --length 64 --dtype float32 --seconds 2
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if [ "${1:-}" = pack ]; then
    folder=${2:-$here/../../artifacts/gpu-benchmark}
    dotnet publish "$here/Attribution.Benchmarks.csproj" -c Release -r linux-x64 --self-contained -p:TorchBackend=none -p:DebugType=none \
        -p:PublishReferencesDocumentationFiles=false -o "$folder"
    cp "$here/gpu.sh" "$here/transformers_baseline.py" "$folder"
    du -sm "$folder"
    exit
fi
if [ "${1:-}" = baseline ]; then
    exec python3 "$here/transformers_baseline.py"
fi
if [ ! -x "$here/Attribution.Benchmarks" ]; then
    echo "$here has no program. Make the folder first: $0 pack" >&2
    exit 2
fi
if [ -z "${LIBTORCH:-}" ]; then
    LIBTORCH=$(python3 -c 'import os, torch; print(os.path.dirname(torch.__file__))') || {
        echo "There is no torch in python3. Name the folder of a PyTorch or libtorch: LIBTORCH=FOLDER $0" >&2
        exit 2
    }
fi
export LIBTORCH
if command -v nvidia-smi >/dev/null; then
    nvidia-smi --query-gpu=index,name,driver_version,memory.total,memory.used --format=csv || true
fi
# PyTorch's wheels keep CUDA's own libraries beside the folder of torch.
for libraries in "$LIBTORCH"/../nvidia/*/lib; do
    [ -d "$libraries" ] && LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
done
export LD_LIBRARY_PATH="$LIBTORCH/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
case "${1:-}" in
    [a-z]*) ;;
    *) set -- gpu "$@" ;;
esac
exec timeout -k 10 460 "$here/Attribution.Benchmarks" "$@"
