dnl Macros of ours. SPDX-License-Identifier: GPL-3.0-or-later

dnl FL_ARG_WERROR: --enable-werror makes warnings errors.
AC_DEFUN([FL_ARG_WERROR], [
AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [treat warnings as errors])])
AS_IF([test "x$enable_werror" = xyes], [WERROR=-Werror], [WERROR=])
AC_SUBST([WERROR])])

dnl FL_ARG_SANITIZE: --enable-sanitize=address,undefined and the like.
AC_DEFUN([FL_ARG_SANITIZE], [
AC_ARG_ENABLE([sanitize], [AS_HELP_STRING([--enable-sanitize=LIST], [build with sanitizers, such as address,undefined])],
  [], [enable_sanitize=no])
AS_CASE([$enable_sanitize], [no], [SANITIZE=], [yes], [SANITIZE="-fsanitize=address,undefined -fno-omit-frame-pointer"],
  [SANITIZE="-fsanitize=$enable_sanitize -fno-omit-frame-pointer"])
AC_SUBST([SANITIZE])
AM_CONDITIONAL([HAVE_SANITIZE], [test -n "$SANITIZE"])])

dnl FL_ARG_CHAFA: --with-chafa asks for libchafa, --without-chafa goes without; where nothing is said it is taken when it is here.
AC_DEFUN([FL_ARG_CHAFA], [
AC_ARG_WITH([chafa], [AS_HELP_STRING([--with-chafa], [finer blocks for pictures on terminals without graphics, by libchafa (libchafa-dev and libglib2.0-dev)])],
  [], [with_chafa=auto])
fl_chafa=no
AS_IF([test "x$with_chafa" != xno], [
  PKG_CHECK_MODULES([CHAFA], [chafa >= 1.12], [fl_chafa=yes],
    [AS_IF([test "x$with_chafa" = xyes], [AC_MSG_ERROR([libchafa 1.12 or newer is missing (packages libchafa-dev and libglib2.0-dev)])])])])
dnl its headers are not pedantic
CHAFA_CFLAGS=`echo "$CHAFA_CFLAGS" | sed 's/-I/-isystem /g'`
AS_IF([test $fl_chafa = yes], [AC_DEFINE([HAVE_CHAFA], [1], [Blocks by libchafa.])])
AM_CONDITIONAL([HAVE_CHAFA], [test $fl_chafa = yes])])

dnl FL_TORCH_PREFIX_VERSION(DIR): sets fl_version (MAJOR.MINOR) and fl_libdir when DIR holds a libtorch: a prefix (/usr), an
dnl unpacked libtorch, or the torch folder of a Python installation.
AC_DEFUN([FL_TORCH_PREFIX_VERSION], [
fl_version= fl_libdir=
for fl_l in "$1/lib" "$1/lib64" "$1/lib/`$CC -print-multiarch 2>/dev/null`"; do
  AS_IF([test -f "$fl_l/libtorch_cpu.so"], [fl_libdir=$fl_l])
done
fl_header=
for fl_h in "$1/include/torch/headeronly/version.h" "$1/include/torch/csrc/api/include/torch/version.h"; do
  AS_IF([test -z "$fl_header" && grep 'define TORCH_VERSION_MAJOR @<:@0-9@:>@' "$fl_h" >/dev/null 2>&1], [fl_header=$fl_h])
done
AS_IF([test -n "$fl_libdir" && test -n "$fl_header"], [
  fl_version=`sed -n 's/^#define TORCH_VERSION_M@<:@AI@:>@@<:@JN@:>@OR \(@<:@0-9@:>@*\)@S|@/\1/p' "$fl_header" | tr '\n' . | sed 's/\.@S|@//'`])])

dnl FL_TORCH_CANDIDATES: sets fl_candidates, one folder a line, in the order in which they are tried.
AC_DEFUN([FL_TORCH_CANDIDATES], [
fl_data=${XDG_DATA_HOME:-$HOME/.local/share}/flowerlab
fl_candidates="/usr
`pwd`/libtorch
/opt/libtorch
/usr/local/libtorch
`ls -d "$fl_data"/torch* "$fl_data"/torch*/torch "$fl_data"/torch*/lib/python3*/site-packages/torch 2>/dev/null`
`python3 -c 'import sys; print("\n".join(p + "/torch" for p in sys.path if p))' 2>/dev/null`"])

dnl FL_TORCH_FLAGS: the first standard and string ABI with which a program compiles and links; sets fl_links, TORCH_CXXFLAGS.
AC_DEFUN([FL_TORCH_FLAGS], [
AC_LANG_PUSH([C++])
fl_cppflags=$CPPFLAGS fl_cxxflags=$CXXFLAGS fl_libs=$LIBS fl_links=no
CPPFLAGS="$CPPFLAGS -DAT_PER_OPERATOR_HEADERS $TORCH_CPPFLAGS" LIBS="$TORCH_LIBS $LIBS"
for fl_std in 17 20; do
  for fl_abi in "" 0 1; do
    TORCH_CXXFLAGS="-std=c++$fl_std${fl_abi:+ -D_GLIBCXX_USE_CXX11_ABI=$fl_abi}"
    CXXFLAGS="-O0 $TORCH_CXXFLAGS"
    dnl the constructor takes a std::string: it does not link with the wrong ABI
    AS_IF([test $fl_links = no], [AC_LINK_IFELSE([AC_LANG_PROGRAM(
      [[#include <ATen/core/Tensor.h>]],
      [[c10::Error e({"f", "l", 1}, std::string("text")); at::Tensor t; return t.defined() || !e.what()[0];]])],
      [fl_links=yes; fl_found=$TORCH_CXXFLAGS])])
  done
done
TORCH_CXXFLAGS=$fl_found
CPPFLAGS=$fl_cppflags CXXFLAGS=$fl_cxxflags LIBS=$fl_libs
AC_LANG_POP([C++])])

dnl FL_CHECK_TORCH: sets TORCH_PREFIX, TORCH_CPPFLAGS, TORCH_CXXFLAGS, TORCH_LIBS, fl_torch_cuda; conditional HAVE_TORCH.
AC_DEFUN([FL_CHECK_TORCH], [
AC_REQUIRE([AC_PROG_SED])
AC_ARG_WITH([libtorch], [AS_HELP_STRING([--with-libtorch=PREFIX],
  [a Debian prefix (/usr), an unpacked libtorch, or the torch folder of a Python installation; no builds without training])],
  [], [with_libtorch=auto])
HAVE_TORCH=no TORCH_PREFIX= TORCH_CPPFLAGS= TORCH_CXXFLAGS= TORCH_LIBS= fl_torch_cuda=no
AS_IF([test "x$with_libtorch" != xno], [
  AC_MSG_CHECKING([for libtorch 1.13 or newer])
  AS_CASE([$with_libtorch], [auto|yes], [FL_TORCH_CANDIDATES], [/*], [fl_candidates=$with_libtorch],
    [fl_candidates=`pwd`/$with_libtorch])
  fl_seen= fl_ifs=$IFS IFS='
'
  for fl_p in $fl_candidates; do
    IFS=$fl_ifs
    FL_TORCH_PREFIX_VERSION([$fl_p])
    AS_CASE([$fl_version], ['']|*@<:@!0-9.@:>@*, [], [0.*|1.@<:@0-9@:>@|1.1@<:@0-2@:>@], [fl_seen="$fl_seen, $fl_p has $fl_version"],
      [TORCH_PREFIX=$fl_p; break])
  done
  IFS=$fl_ifs
  AS_IF([test -n "$TORCH_PREFIX"], [
    AC_MSG_RESULT([$fl_version in $TORCH_PREFIX])
    AS_IF([test "x$TORCH_PREFIX" = x/usr], [TORCH_CPPFLAGS= fl_path=],
      [TORCH_CPPFLAGS="-isystem $TORCH_PREFIX/include " fl_path="-L$fl_libdir -Wl,-rpath,$fl_libdir "])
    TORCH_CPPFLAGS="$TORCH_CPPFLAGS-isystem $TORCH_PREFIX/include/torch/csrc/api/include"
    fl_cuda_libs=
    AS_IF([test -f "$fl_libdir/libtorch_cuda.so" && test -f "$fl_libdir/libc10_cuda.so"],
      [fl_torch_cuda=yes fl_cuda_libs="-ltorch_cuda -lc10_cuda "; TORCH_CPPFLAGS="$TORCH_CPPFLAGS -DFL_TORCH_CUDA"])
    dnl without no-as-needed the CUDA half is dropped
    TORCH_LIBS="$fl_path-Wl,--push-state,--no-as-needed -ltorch -ltorch_cpu -lc10 $fl_cuda_libs-Wl,--pop-state"
    AC_MSG_CHECKING([how to build with libtorch])
    FL_TORCH_FLAGS
    AS_IF([test $fl_links = yes], [HAVE_TORCH=yes; AC_MSG_RESULT([$TORCH_CXXFLAGS])], [AC_MSG_RESULT([no way])])
  ], [AC_MSG_RESULT([no$fl_seen])])
  AS_IF([test $HAVE_TORCH = no && test "x$with_libtorch" != xauto],
    [AC_MSG_ERROR([no usable libtorch in $with_libtorch (config.log tells more)])])
])
AC_SUBST([TORCH_PREFIX]) AC_SUBST([TORCH_CPPFLAGS]) AC_SUBST([TORCH_CXXFLAGS]) AC_SUBST([TORCH_LIBS])
AM_CONDITIONAL([HAVE_TORCH], [test $HAVE_TORCH = yes])])

dnl FL_NVCC_WORKS(FLAGS, THEN): THEN when nvcc compiles a kernel with FLAGS.
AC_DEFUN([FL_NVCC_WORKS], [
echo '__global__ void k(int *p) { *p = 1; } void f(int *p) { k<<<1, 1>>>(p); }' >conftest.cu
AS_IF([$NVCC $1 -c -o conftest.o conftest.cu >&AS_MESSAGE_LOG_FD 2>&1], [$2])
rm -f conftest.cu conftest.o])

dnl FL_ARG_CUDA: --enable-cuda=auto|yes|no, our kernels with nvcc; sets NVCC, NVCC_FLAGS, CUDA_LIBS; conditional HAVE_CUDA.
AC_DEFUN([FL_ARG_CUDA], [
AC_ARG_ENABLE([cuda], [AS_HELP_STRING([--enable-cuda], [build our CUDA kernels (default: when nvcc is found and libtorch has CUDA)])],
  [], [enable_cuda=auto])
HAVE_CUDA=no NVCC_FLAGS= CUDA_LIBS=
AC_ARG_VAR([NVCC], [CUDA's compiler])
AS_IF([test "x$enable_cuda" != xno && test $fl_torch_cuda = yes && test $HAVE_TORCH = yes], [
  AC_PATH_PROG([NVCC], [nvcc], [], [$PATH$PATH_SEPARATOR${CUDA_HOME:-/usr/local/cuda}/bin$PATH_SEPARATOR/usr/local/cuda/bin])
  AS_IF([test -n "$NVCC"], [
    AC_MSG_CHECKING([whether $NVCC works])
    dnl code for every generation, and for newer ones when they start
    FL_NVCC_WORKS([-arch=all-major], [HAVE_CUDA=yes NVCC_FLAGS=-arch=all-major])
    AS_IF([test $HAVE_CUDA = no], [FL_NVCC_WORKS([], [HAVE_CUDA=yes])])
    AC_MSG_RESULT([$HAVE_CUDA])
    fl_cuda=`dirname "$NVCC"`/..
    for fl_l in "$fl_cuda/lib64" "$fl_cuda/lib"; do
      AS_IF([test -f "$fl_l/libcudart_static.a"], [CUDA_LIBS="-L$fl_l"; break])
    done
    dnl static, and hidden by the version script: libtorch has its own, maybe of another release
    CUDA_LIBS="$CUDA_LIBS -lcudart_static -lrt"
    dnl not the system's own folder, which would change the order of the compiler's
    fl_include=`cd "$fl_cuda/include" 2>/dev/null && pwd -P`
    AS_CASE([$HAVE_CUDA,$fl_include], [no,*|yes,|yes,/usr/include], [],
      [TORCH_CPPFLAGS="$TORCH_CPPFLAGS -isystem $fl_include"])])])
AS_IF([test "x$enable_cuda" = xyes && test $HAVE_CUDA = no],
  [AC_MSG_ERROR([--enable-cuda needs nvcc and a libtorch with CUDA])])
AC_SUBST([NVCC_FLAGS]) AC_SUBST([CUDA_LIBS])
AM_CONDITIONAL([HAVE_CUDA], [test $HAVE_CUDA = yes])])
