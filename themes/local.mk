# Themes, installed in pkgdatadir/themes.
