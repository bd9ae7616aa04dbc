# Manual pages; the tables between two marks are rewritten by make update-man from the program's own lists.
dist_man_MANS += man/flowerlab.1 man/flowerlab.5
man_update = $(SHELL) $(top_srcdir)/man/update

update-man: flowerlab$(EXEEXT)
	$(man_update) ./flowerlab $(top_srcdir)/man/flowerlab.1 $(top_srcdir)/man/flowerlab.5
.PHONY: update-man
EXTRA_DIST += man/update

# Completions are written by the program from its own list.
bashcompdir = $(datadir)/bash-completion/completions
zshcompdir = $(datadir)/zsh/site-functions
install-data-local: flowerlab$(EXEEXT)
	$(MKDIR_P) "$(DESTDIR)$(bashcompdir)" "$(DESTDIR)$(zshcompdir)"
	./flowerlab dump completion-bash >"$(DESTDIR)$(bashcompdir)/flowerlab"
	./flowerlab dump completion-zsh >"$(DESTDIR)$(zshcompdir)/_flowerlab"
	chmod 644 "$(DESTDIR)$(bashcompdir)/flowerlab" "$(DESTDIR)$(zshcompdir)/_flowerlab"
uninstall-local:
	rm -f "$(DESTDIR)$(bashcompdir)/flowerlab" "$(DESTDIR)$(zshcompdir)/_flowerlab"
