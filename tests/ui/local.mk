# ui: canvas, keys, themes, actions, the program on a pseudo terminal
ui_tests = tests/unit/canvas.test tests/unit/keys.test
check_PROGRAMS += $(ui_tests)
TESTS += $(ui_tests)
ui_test_libs = libfl_ui.a libfl_base.a $(CMOCKA_LIBS) -lm
tests_unit_canvas_test_SOURCES = tests/unit/canvas_test.c tests/unit/test.h
tests_unit_canvas_test_CPPFLAGS = $(test_cppflags)
tests_unit_canvas_test_LDADD = $(ui_test_libs)
tests_unit_keys_test_SOURCES = tests/unit/keys_test.c tests/unit/test.h
tests_unit_keys_test_CPPFLAGS = $(test_cppflags)
tests_unit_keys_test_LDADD = $(ui_test_libs)
