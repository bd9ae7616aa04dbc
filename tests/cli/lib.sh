# What the command line tests share: a clean home, one folder a test, TAP lines. SPDX-License-Identifier: GPL-3.0-or-later
LC_ALL=C.UTF-8
export LC_ALL
program=$top_builddir/flowerlab
tool=$top_builddir/tests/cli/tool
mkdir -p "$top_builddir/tests/cli"
dir=$(mktemp -d "$top_builddir/tests/cli/tmp.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
HOME=$dir/home XDG_CONFIG_HOME=$dir/home/config XDG_CACHE_HOME=$dir/home/cache XDG_DATA_HOME=$dir/home/data XDG_STATE_HOME=$dir/home/state
XDG_RUNTIME_DIR=$dir FLOWERLAB_TEST_RUNTIME_ONLY=1 # no other runs are seen
export FLOWERLAB_TEST_RUNTIME_ONLY HOME XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME XDG_STATE_HOME
unset TORCH_HOME NO_COLOR FLOWERLAB_RUNS_DIR FLOWERLAB_DEVICE FLOWERLAB_GRAPHICS FLOWERLAB_THEME
mkdir -p "$XDG_CONFIG_HOME/flowerlab"
number=0

# run WORD...: the program; its exit code in $code, its outputs in the files out and err
run() {
    code=0
    "$program" "$@" >out 2>err </dev/null || code=$?
}

# check WHAT COMMAND...: a test, passed when the command succeeds; shows the outputs when not
check() {
    number=$((number + 1))
    what=$1
    shift
    if "$@"; then
        echo "ok $number - $what"
    else
        echo "not ok $number - $what"
        echo "# $*"
        echo "# code $code"
        sed 's/^/# out: /' out | head -n 40
        sed 's/^/# err: /' err | head -n 40
    fi
}

is() { [ "$1" = "$2" ] || { echo "# is:   $1"; echo "# want: $2"; return 1; }; }
code_is() { [ "$code" -eq "$1" ]; }
has() { grep -qF -e "$2" "$1"; }
lacks() { ! grep -qF -e "$2" "$1"; }
empty() { [ ! -s "$1" ]; }
# holds '1 < 2': a condition on numbers, by awk
holds() { awk "BEGIN { exit !($1) }"; }
finish() { echo "1..$number"; }

# Skips the whole test when libtorch's module was not built.
need_shim() {
    if [ ! -f "$top_builddir/shim/fl_torch.so" ]; then
        echo "1..0 # SKIP built without libtorch"
        exit 0
    fi
}

# The values of KEY... of every EVENT in out, a line each; any line that is no event fails.
values() { "$tool" json "$@" <out; }
