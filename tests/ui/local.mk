# ui: canvas, keys, themes, actions, the program on a pseudo terminal
ui_tests = tests/unit/canvas.test tests/unit/keys.test tests/unit/theme.test tests/unit/action.test tests/unit/picture.test \
	tests/unit/edit.test
check_PROGRAMS += $(ui_tests) tests/ui/screens_main
TESTS += $(ui_tests)
ui_test_libs = libfl_ui.a libfl_base.a $(CMOCKA_LIBS) -lm
tests_unit_canvas_test_SOURCES = tests/unit/canvas_test.c tests/unit/test.h
tests_unit_canvas_test_CPPFLAGS = $(test_cppflags)
tests_unit_canvas_test_LDADD = $(ui_test_libs)
tests_unit_keys_test_SOURCES = tests/unit/keys_test.c tests/unit/test.h
tests_unit_keys_test_CPPFLAGS = $(test_cppflags)
tests_unit_keys_test_LDADD = $(ui_test_libs)
tests_unit_theme_test_SOURCES = tests/unit/theme_test.c tests/unit/test.h
tests_unit_theme_test_CPPFLAGS = $(test_cppflags)
tests_unit_theme_test_LDADD = $(ui_test_libs)
tests_unit_action_test_SOURCES = tests/unit/action_test.c tests/unit/test.h
tests_unit_action_test_CPPFLAGS = $(test_cppflags)
tests_unit_action_test_LDADD = $(ui_test_libs)
tests_unit_picture_test_SOURCES = tests/unit/picture_test.c tests/unit/test.h
tests_unit_picture_test_CPPFLAGS = $(test_cppflags) $(SIXEL_CFLAGS)
tests_unit_picture_test_LDADD = libfl_ui.a libfl_image.a libfl_base.a $(gfx_libs) $(JPEG_LIBS) $(PNG_LIBS) $(CMOCKA_LIBS) -lm
tests_unit_preview_test_SOURCES = tests/unit/preview_test.c tests/unit/test.h
tests_unit_preview_test_CPPFLAGS = $(test_cppflags)
tests_unit_preview_test_LDADD = libfl_ui.a libfl_image.a libfl_base.a $(gfx_libs) $(JPEG_LIBS) $(PNG_LIBS) $(CMOCKA_LIBS) -lm
tests_unit_blocks_test_SOURCES = tests/unit/blocks_test.c tests/unit/test.h
tests_unit_blocks_test_CPPFLAGS = $(test_cppflags)
tests_unit_blocks_test_LDADD = libfl_ui.a libfl_image.a libfl_base.a $(gfx_libs) $(JPEG_LIBS) $(PNG_LIBS) $(CMOCKA_LIBS) -lm
check_PROGRAMS += tests/unit/gfx.test tests/unit/preview.test tests/unit/blocks.test
TESTS += tests/unit/gfx.test tests/unit/preview.test tests/unit/blocks.test
tests_unit_gfx_test_SOURCES = tests/unit/gfx_test.c tests/unit/test.h
tests_unit_gfx_test_CPPFLAGS = $(test_cppflags)
tests_unit_gfx_test_LDADD = libfl_ui.a libfl_image.a libfl_base.a $(gfx_libs) $(JPEG_LIBS) $(PNG_LIBS) $(CMOCKA_LIBS) -lm
tests_unit_edit_test_SOURCES = tests/unit/edit_test.c tests/unit/test.h
tests_unit_edit_test_CPPFLAGS = $(test_cppflags)
tests_unit_edit_test_LDADD = $(ui_test_libs)

# the screens as a program of their own, for the tests on a pseudo terminal
tests_ui_screens_main_SOURCES = tests/ui/screens_main.c
tests_ui_screens_main_CPPFLAGS = $(AM_CPPFLAGS)
tests_ui_screens_main_LDADD = libfl_ui.a libfl_engine.a libfl_nn.a libfl_data.a libfl_stats.a libfl_image.a libfl_config.a \
	libfl_base.a $(CURSES_LIBS) $(gfx_libs) $(JPEG_LIBS) $(PNG_LIBS) $(ZIP_LIBS) $(CJSON_LIBS) $(XXHASH_LIBS) $(CURL_LIBS) \
	$(CRYPTO_LIBS) -ldl -lm

# a program on a pseudo terminal
pty_sources = tests/ui/pty.c tests/ui/pty.h tests/ui/pty_screen.c tests/ui/pty_screen.h
check_PROGRAMS += tests/ui/term.test
TESTS += tests/ui/term.test
flowers_sources = tests/ui/flowers.c tests/ui/flowers.h $(pty_sources)
tests_ui_term_test_SOURCES = tests/ui/term_test.c $(flowers_sources)
tests_ui_term_test_CPPFLAGS = $(test_cppflags)
tests_ui_term_test_LDADD = libfl_ui.a libfl_image.a libfl_base.a $(JPEG_LIBS) $(PNG_LIBS) $(CMOCKA_LIBS) -lutil -lm

check_PROGRAMS += tests/ui/shell.test
TESTS += tests/ui/shell.test
tests_ui_shell_test_SOURCES = tests/ui/shell_test.c $(flowers_sources)
tests_ui_shell_test_CPPFLAGS = $(test_cppflags)
tests_ui_shell_test_LDADD = $(tests_ui_term_test_LDADD)

check_PROGRAMS += tests/ui/pictures.test
tests_ui_pictures_test_SOURCES = tests/ui/pictures_test.c $(flowers_sources)
tests_ui_pictures_test_CPPFLAGS = $(test_cppflags) $(SIXEL_CFLAGS)
tests_ui_pictures_test_LDADD = libfl_ui.a libfl_image.a libfl_base.a $(gfx_libs) $(JPEG_LIBS) $(PNG_LIBS) $(CMOCKA_LIBS) -lutil -lm

check_PROGRAMS += tests/ui/terminals.test tests/ui/bytes.test
TESTS += tests/ui/bytes.test
TESTS += tests/ui/tmux.tap
EXTRA_DIST += tests/ui/bytes tests/ui/tmux.tap
tests_ui_bytes_test_SOURCES = tests/ui/bytes_test.c $(flowers_sources)
tests_ui_bytes_test_CPPFLAGS = $(test_cppflags)
tests_ui_bytes_test_LDADD = libfl_ui.a libfl_image.a libfl_base.a $(JPEG_LIBS) $(PNG_LIBS) $(CMOCKA_LIBS) -lutil -lm
tests_ui_terminals_test_SOURCES = tests/ui/terminals_test.c $(flowers_sources)
tests_ui_terminals_test_CPPFLAGS = $(test_cppflags)
tests_ui_terminals_test_LDADD = libfl_ui.a libfl_image.a libfl_base.a $(JPEG_LIBS) $(PNG_LIBS) $(CMOCKA_LIBS) -lutil -lm

check_PROGRAMS += tests/ui/curscr.test
TESTS += tests/ui/curscr.test
tests_ui_curscr_test_SOURCES = tests/ui/curscr_test.c tests/unit/test.h
tests_ui_curscr_test_CPPFLAGS = $(test_cppflags) $(CURSES_CFLAGS)
tests_ui_curscr_test_LDADD = libfl_ui.a libfl_config.a libfl_image.a libfl_base.a $(CURSES_LIBS) $(gfx_libs) $(JPEG_LIBS) \
	$(PNG_LIBS) $(CMOCKA_LIBS) -lutil -lm

# the real program by keys
check_PROGRAMS += tests/ui/keys_script.test
tests_ui_keys_script_test_SOURCES = tests/ui/keys_script_test.c tests/ui/keys_lab.c tests/ui/keys_lab.h $(pty_sources)
tests_ui_keys_script_test_CPPFLAGS = $(test_cppflags)
tests_ui_keys_script_test_LDADD = libfl_ui.a libfl_data.a libfl_image.a libfl_base.a $(JPEG_LIBS) $(PNG_LIBS) $(XXHASH_LIBS) \
	$(CMOCKA_LIBS) -lutil -lm

# leaving a run and coming back
check_PROGRAMS += tests/ui/attach_script.test
tests_ui_attach_script_test_SOURCES = tests/ui/attach_script_test.c tests/ui/keys_lab.c tests/ui/keys_lab.h $(pty_sources)
tests_ui_attach_script_test_CPPFLAGS = $(test_cppflags)
tests_ui_attach_script_test_LDADD = $(tests_ui_keys_script_test_LDADD)

# command prompt, help, mouse
check_PROGRAMS += tests/ui/frame_pty.test
TESTS += tests/ui/frame_pty.test
tests_ui_frame_pty_test_SOURCES = tests/ui/frame_pty_test.c $(flowers_sources)
tests_ui_frame_pty_test_CPPFLAGS = $(test_cppflags)
tests_ui_frame_pty_test_LDADD = $(tests_ui_term_test_LDADD)
check_PROGRAMS += tests/ui/every_key.test
tests_ui_every_key_test_SOURCES = tests/ui/every_key_test.c $(flowers_sources)
tests_ui_every_key_test_CPPFLAGS = $(test_cppflags)
tests_ui_every_key_test_LDADD = $(tests_ui_term_test_LDADD)
