# Themes, installed in pkgdatadir/themes; the program in the build folder finds them beside itself, so a build outside the source tree gets copies.
themesdir = $(pkgdatadir)/themes
dist_themes_DATA = themes/ansi.theme themes/contrast.theme themes/dark.theme themes/deuteranopia.theme themes/light.theme themes/mono.theme \
	themes/terminal.theme themes/tritanopia.theme

all-local: themes/here.stamp
themes/here.stamp: $(dist_themes_DATA)
	$(AM_V_GEN)$(MKDIR_P) themes && for t in $(dist_themes_DATA); do \
	    cmp -s $(srcdir)/$$t $$t || cp $(srcdir)/$$t $$t; done && : > $@
CLEANFILES += themes/here.stamp
distclean-local:
	test '$(srcdir)' = . || rm -rf themes/*.theme
