# Tests, all through automake's TAP driver. unit/: one cmocka program a module.
TEST_EXTENSIONS = .test .tap
TEST_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
TAP_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
TAP_LOG_COMPILER = $(SHELL)
AM_TESTS_ENVIRONMENT = top_srcdir='$(abs_top_srcdir)'; top_builddir='$(abs_top_builddir)'; \
	CMOCKA_MESSAGE_OUTPUT=TAP; export top_srcdir top_builddir CMOCKA_MESSAGE_OUTPUT; \
	OMP_WAIT_POLICY=passive; export OMP_WAIT_POLICY; \
	XDG_RUNTIME_DIR='$(abs_top_builddir)/tests'; FLOWERLAB_TEST_RUNTIME_ONLY=1; \
	export XDG_RUNTIME_DIR FLOWERLAB_TEST_RUNTIME_ONLY; \
	ASAN_OPTIONS="$(asan_options)$${ASAN_OPTIONS:+:$$ASAN_OPTIONS}"; export ASAN_OPTIONS;
# gcc 12's leak check falls over the thread-local data of a module opened at run time while libtorch's threads live
asan_options = intercept_tls_get_addr=0
test_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)

# The longest begin first: whoever is last then has company until the end.
cli_long = tests/cli/train.tap tests/cli/demo.tap
TESTS += tests/ui/every_key.test $(cli_long) tests/ui/keys_script.test tests/engine/kill.tap tests/ui/attach_script.test \
	tests/ui/terminals.test tests/engine/watch.test tests/ui/pictures.test

check_PROGRAMS += tests/unit/base.test
TESTS += tests/unit/base.test
tests_unit_base_test_SOURCES = tests/unit/base_test.c tests/unit/test.h
tests_unit_base_test_CPPFLAGS = $(test_cppflags)
tests_unit_base_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fsync -Wl,--wrap=rename
tests_unit_base_test_LDADD = libfl_base.a $(CMOCKA_LIBS) -lm

# lint: rules that a grep can hold.
lint_tests = tests/lint/includes.tap tests/lint/manual.tap tests/lint/faults.tap tests/lint/bootstrap.tap
TESTS += $(lint_tests)
EXTRA_DIST += $(lint_tests) tests/lint/includes.txt tests/lint/faults.txt tests/lint/terminal.txt

# nn
nn_test_libs = libfl_nn.a libfl_base.a $(ZIP_LIBS) $(CJSON_LIBS) $(CURL_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS) -ldl -lm
check_PROGRAMS += tests/unit/arch.test
TESTS += tests/unit/arch.test
tests_unit_arch_test_SOURCES = tests/unit/arch_test.c tests/unit/test.h
tests_unit_arch_test_CPPFLAGS = $(test_cppflags)
tests_unit_arch_test_LDADD = $(nn_test_libs)
check_PROGRAMS += tests/unit/weights.test tests/unit/weight_bytes.test tests/unit/fetch.test
TESTS += tests/unit/weights.test tests/unit/weight_bytes.test tests/unit/fetch.test
tests_unit_fetch_test_SOURCES = tests/unit/fetch_test.c tests/unit/test.h
tests_unit_fetch_test_CPPFLAGS = $(test_cppflags)
tests_unit_fetch_test_LDADD = $(nn_test_libs)
EXTRA_DIST += tests/data/make_weights.py tests/data/w-call.pth tests/data/w-foreign.pth tests/data/w-legacy.pth \
	tests/data/w-nothing.pth tests/data/w-protocol4.pth tests/data/w-types-legacy.pth tests/data/w-views-legacy.pth \
	tests/data/w-views.pth tests/data/w-whole.pth tests/data/w-wrapped.pth tests/data/w-zip.pth
weight_files_sources = tests/unit/weight_files.c tests/unit/weight_files.h tests/unit/test.h
tests_unit_weights_test_SOURCES = tests/unit/weights_test.c $(weight_files_sources)
tests_unit_weights_test_CPPFLAGS = $(test_cppflags)
tests_unit_weights_test_LDADD = $(nn_test_libs)
tests_unit_weight_bytes_test_SOURCES = tests/unit/weight_bytes_test.c $(weight_files_sources)
tests_unit_weight_bytes_test_CPPFLAGS = $(test_cppflags) $(ZIP_CFLAGS)
tests_unit_weight_bytes_test_LDADD = $(nn_test_libs)
# A check by hand against tensors that a PyTorch program dumped: make tests/slow/peer_dump
EXTRA_PROGRAMS = tests/slow/peer_dump
tests_slow_peer_dump_SOURCES = tests/slow/peer_dump.c
tests_slow_peer_dump_LDADD = libfl_nn.a libfl_base.a $(ZIP_LIBS) $(CJSON_LIBS) $(CURL_LIBS) $(CRYPTO_LIBS) -ldl -lm
nn_torch_tests = tests/unit/net.test tests/nn/reference.test
check_PROGRAMS += $(nn_torch_tests)
TESTS += $(nn_torch_tests)
EXTRA_DIST += tests/ref/nn_reference.py tests/ref/nn_reference.txt tests/slow/peer_files
tests_nn_reference_test_SOURCES = tests/nn/reference_test.c tests/unit/test.h tests/nn/nn_test.h
tests_nn_reference_test_CPPFLAGS = $(test_cppflags)
tests_nn_reference_test_LDADD = $(nn_test_libs)
tests_unit_net_test_SOURCES = tests/unit/net_test.c tests/unit/test.h tests/nn/nn_test.h
tests_unit_net_test_CPPFLAGS = $(test_cppflags)
tests_unit_net_test_LDADD = $(nn_test_libs)

# config and stats
check_PROGRAMS += tests/unit/option.test tests/unit/schedule.test tests/unit/recipe.test tests/unit/metrics.test
TESTS += tests/unit/option.test tests/unit/schedule.test tests/unit/recipe.test tests/unit/metrics.test
EXTRA_DIST += tests/ref/schedules.csv tests/ref/schedules.py
stats_test_libs = libfl_stats.a libfl_base.a $(CMOCKA_LIBS) -lm
tests_unit_option_test_SOURCES = tests/unit/option_test.c tests/unit/test.h
tests_unit_option_test_CPPFLAGS = $(test_cppflags)
tests_unit_option_test_LDADD = libfl_config.a libfl_base.a $(CMOCKA_LIBS) -lm
tests_unit_schedule_test_SOURCES = tests/unit/schedule_test.c tests/unit/test.h
tests_unit_schedule_test_CPPFLAGS = $(test_cppflags)
tests_unit_schedule_test_LDADD = $(stats_test_libs)
tests_unit_recipe_test_SOURCES = tests/unit/recipe_test.c tests/unit/test.h
tests_unit_recipe_test_CPPFLAGS = $(test_cppflags)
tests_unit_recipe_test_LDADD = $(stats_test_libs)
tests_unit_metrics_test_SOURCES = tests/unit/metrics_test.c tests/unit/test.h
tests_unit_metrics_test_CPPFLAGS = $(test_cppflags)
tests_unit_metrics_test_LDADD = $(stats_test_libs)

# engine
engine_test_libs = libfl_engine.a libfl_nn.a libfl_data.a libfl_stats.a libfl_image.a libfl_config.a libfl_base.a \
	$(JPEG_LIBS) $(PNG_LIBS) $(ZIP_LIBS) $(CJSON_LIBS) $(XXHASH_LIBS) $(CURL_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS) -ldl -lm
check_PROGRAMS += tests/engine/queue.test tests/engine/wire.test
TESTS += tests/engine/queue.test tests/engine/wire.test
check_PROGRAMS += tests/engine/gauges.test tests/engine/watch.test
TESTS += tests/engine/gauges.test
tests_engine_gauges_test_SOURCES = tests/engine/gauges_test.c tests/unit/folder.c tests/unit/folder.h tests/unit/test.h
tests_engine_gauges_test_CPPFLAGS = $(test_cppflags)
tests_engine_gauges_test_LDADD = $(engine_test_libs)
tests_engine_watch_test_SOURCES = tests/engine/watch_test.c tests/engine/lab.h tests/unit/test.h
tests_engine_watch_test_CPPFLAGS = $(test_cppflags)
tests_engine_watch_test_LDADD = $(engine_test_libs)
check_PROGRAMS += tests/engine/files.test
TESTS += tests/engine/files.test
tests_engine_files_test_SOURCES = tests/engine/files_test.c tests/unit/test.h
tests_engine_files_test_CPPFLAGS = $(test_cppflags)
tests_engine_files_test_LDADD = $(engine_test_libs)
train_engine_tests = tests/engine/train.test tests/engine/steer.test tests/engine/average.test tests/engine/views.test tests/engine/rates.test \
	tests/engine/settings.test tests/engine/folder.test tests/engine/resume.test tests/engine/tables.test
check_PROGRAMS += $(train_engine_tests)
TESTS += $(train_engine_tests)
EXTRA_DIST += tests/engine/kill.tap
tests_engine_train_test_SOURCES = tests/engine/train_test.c tests/engine/lab.h tests/unit/test.h
tests_engine_train_test_CPPFLAGS = $(test_cppflags)
tests_engine_train_test_LDADD = $(engine_test_libs)
tests_engine_average_test_SOURCES = tests/engine/average_test.c tests/engine/lab.h tests/unit/test.h
tests_engine_average_test_CPPFLAGS = $(test_cppflags)
tests_engine_average_test_LDADD = $(engine_test_libs)
tests_engine_folder_test_SOURCES = tests/engine/folder_test.c tests/engine/lab.h tests/unit/test.h
tests_engine_folder_test_CPPFLAGS = $(test_cppflags)
tests_engine_folder_test_LDADD = $(engine_test_libs)
tests_engine_resume_test_SOURCES = tests/engine/resume_test.c tests/engine/lab.h tests/unit/test.h
tests_engine_resume_test_CPPFLAGS = $(test_cppflags)
tests_engine_resume_test_LDADD = $(engine_test_libs)
tests_engine_tables_test_SOURCES = tests/engine/tables_test.c tests/engine/lab.h tests/unit/test.h
tests_engine_tables_test_CPPFLAGS = $(test_cppflags)
tests_engine_tables_test_LDADD = $(engine_test_libs)
tests_engine_views_test_SOURCES = tests/engine/views_test.c tests/engine/lab.h tests/unit/test.h
tests_engine_views_test_CPPFLAGS = $(test_cppflags)
tests_engine_views_test_LDADD = $(engine_test_libs)
tests_engine_rates_test_SOURCES = tests/engine/rates_test.c tests/engine/lab.h tests/unit/test.h
tests_engine_rates_test_CPPFLAGS = $(test_cppflags)
tests_engine_rates_test_LDADD = $(engine_test_libs)
tests_engine_settings_test_SOURCES = tests/engine/settings_test.c tests/engine/lab.h tests/unit/test.h
tests_engine_settings_test_CPPFLAGS = $(test_cppflags)
tests_engine_settings_test_LDADD = $(engine_test_libs)
tests_engine_steer_test_SOURCES = tests/engine/steer_test.c tests/engine/lab.h tests/unit/test.h
tests_engine_steer_test_CPPFLAGS = $(test_cppflags)
tests_engine_steer_test_LDADD = $(engine_test_libs)
tests_engine_queue_test_SOURCES = tests/engine/queue_test.c tests/unit/test.h
tests_engine_queue_test_CPPFLAGS = $(test_cppflags)
tests_engine_queue_test_LDADD = $(engine_test_libs)
tests_engine_wire_test_SOURCES = tests/engine/wire_test.c tests/unit/test.h
tests_engine_wire_test_CPPFLAGS = $(test_cppflags)
tests_engine_wire_test_LDADD = $(engine_test_libs)
# on a processor that passes for a GPU: a shim in front of the real one
check_PROGRAMS += tests/engine/fake_gpu.so tests/engine/fake_gpu.test
TESTS += tests/engine/fake_gpu.test
tests_engine_fake_gpu_so_SOURCES = tests/engine/fake_gpu.c tests/engine/fake_gpu.h
tests_engine_fake_gpu_so_CPPFLAGS = $(test_cppflags)
tests_engine_fake_gpu_so_CFLAGS = $(AM_CFLAGS) -fPIC
tests_engine_fake_gpu_so_LDFLAGS = $(AM_LDFLAGS) -shared
tests_engine_fake_gpu_so_LDADD = -ldl
tests_engine_fake_gpu_test_SOURCES = tests/engine/fake_gpu_test.c tests/engine/fake_gpu.h tests/engine/lab.h tests/unit/test.h
tests_engine_fake_gpu_test_CPPFLAGS = $(test_cppflags)
tests_engine_fake_gpu_test_LDADD = $(engine_test_libs)
check_PROGRAMS += tests/engine/runs.test
TESTS += tests/engine/runs.test
tests_engine_runs_test_SOURCES = tests/engine/runs_test.c tests/unit/folder.c tests/unit/folder.h tests/unit/test.h
tests_engine_runs_test_CPPFLAGS = $(test_cppflags)
tests_engine_runs_test_LDADD = $(engine_test_libs)

check_PROGRAMS += tests/engine/serve.test tests/engine/attach.test tests/fuzz/frames.test
TESTS += tests/engine/serve.test tests/engine/attach.test tests/fuzz/frames.test
tests_fuzz_frames_test_SOURCES = tests/fuzz/frames_fuzz.c tests/unit/test.h
tests_fuzz_frames_test_CPPFLAGS = $(test_cppflags)
tests_fuzz_frames_test_LDADD = $(engine_test_libs)
tests_engine_attach_test_SOURCES = tests/engine/attach_test.c tests/engine/far.h tests/unit/test.h
tests_engine_attach_test_CPPFLAGS = $(test_cppflags)
tests_engine_attach_test_LDADD = $(engine_test_libs)
tests_engine_serve_test_SOURCES = tests/engine/serve_test.c tests/engine/far.h tests/unit/test.h
tests_engine_serve_test_CPPFLAGS = $(test_cppflags)
tests_engine_serve_test_LDADD = $(engine_test_libs)

# image
image_test_sources = tests/unit/picture.c tests/unit/picture.h tests/unit/test.h
image_test_cppflags = $(test_cppflags) $(JPEG_CFLAGS) $(PNG_CFLAGS)
image_test_libs = libfl_image.a libfl_base.a $(CMOCKA_LIBS) $(JPEG_LIBS) $(PNG_LIBS) -lm
image_tests = tests/unit/decode.test tests/unit/jpeg.test tests/unit/resize.test tests/unit/augment.test tests/fuzz/decode.test
check_PROGRAMS += $(image_tests)
TESTS += $(image_tests)
tests_unit_decode_test_SOURCES = tests/unit/decode_test.c $(image_test_sources)
tests_unit_decode_test_CPPFLAGS = $(image_test_cppflags)
tests_unit_decode_test_LDADD = $(image_test_libs)
tests_unit_jpeg_test_SOURCES = tests/unit/jpeg_test.c $(image_test_sources)
tests_unit_jpeg_test_CPPFLAGS = $(image_test_cppflags)
tests_unit_jpeg_test_LDADD = $(image_test_libs)
tests_unit_resize_test_SOURCES = tests/unit/resize_test.c $(image_test_sources)
tests_unit_resize_test_CPPFLAGS = $(image_test_cppflags)
tests_unit_resize_test_LDADD = $(image_test_libs)
tests_unit_augment_test_SOURCES = tests/unit/augment_test.c shim/fl_pixels.c shim/fl_pixels.h $(image_test_sources)
tests_unit_augment_test_CPPFLAGS = $(image_test_cppflags)
tests_unit_augment_test_LDADD = $(image_test_libs)
tests_fuzz_decode_test_SOURCES = tests/fuzz/decode_fuzz.c $(image_test_sources)
tests_fuzz_decode_test_CPPFLAGS = $(image_test_cppflags)
tests_fuzz_decode_test_LDADD = $(image_test_libs)
EXTRA_DIST += tests/ref/resize.bin tests/ref/resize_opencv.py

# the screens and their widgets
ui_screen_libs = libfl_ui.a $(engine_test_libs)
ui_screen_tests = tests/unit/fmt.test tests/unit/plot.test tests/unit/series.test tests/unit/chart.test tests/unit/attention.test tests/unit/layout.test tests/unit/setup.test tests/ui/screens.test tests/ui/train.test
check_PROGRAMS += $(ui_screen_tests)
TESTS += $(ui_screen_tests)
tests_unit_fmt_test_SOURCES = tests/unit/fmt_test.c tests/unit/test.h
tests_unit_fmt_test_CPPFLAGS = $(test_cppflags)
tests_unit_fmt_test_LDADD = $(ui_screen_libs)
tests_unit_plot_test_SOURCES = tests/unit/plot_test.c tests/unit/test.h
tests_unit_plot_test_CPPFLAGS = $(test_cppflags)
tests_unit_plot_test_LDADD = $(ui_screen_libs)
tests_unit_attention_test_SOURCES = tests/unit/attention_test.c tests/unit/test.h
tests_unit_attention_test_CPPFLAGS = $(test_cppflags)
tests_unit_attention_test_LDADD = libfl_ui.a libfl_base.a $(CMOCKA_LIBS) -lm
tests_unit_chart_test_SOURCES = tests/unit/chart_test.c tests/unit/test.h
tests_unit_chart_test_CPPFLAGS = $(test_cppflags)
tests_unit_chart_test_LDADD = $(ui_screen_libs)
tests_unit_series_test_SOURCES = tests/unit/series_test.c tests/unit/test.h
tests_unit_series_test_CPPFLAGS = $(test_cppflags)
tests_unit_series_test_LDADD = libfl_ui.a libfl_base.a $(CMOCKA_LIBS) -lm
tests_unit_layout_test_SOURCES = tests/unit/layout_test.c tests/unit/test.h
tests_unit_layout_test_CPPFLAGS = $(test_cppflags)
tests_unit_layout_test_LDADD = $(ui_screen_libs)
tests_unit_setup_test_SOURCES = tests/unit/setup_test.c tests/unit/test.h
tests_unit_setup_test_CPPFLAGS = $(test_cppflags)
tests_unit_setup_test_LDADD = $(ui_screen_libs)
stage_sources = tests/ui/stage.c tests/ui/stage.h tests/ui/world.c tests/ui/world.h tests/unit/test.h
tests_ui_train_test_SOURCES = tests/ui/train_test.c $(stage_sources)
tests_ui_train_test_CPPFLAGS = $(test_cppflags)
tests_ui_train_test_LDADD = $(ui_screen_libs)
tests_ui_screens_test_SOURCES = tests/ui/screens_test.c $(stage_sources)
tests_ui_screens_test_CPPFLAGS = $(test_cppflags)
tests_ui_screens_test_LDADD = $(ui_screen_libs)
# runs and results
runs_ui_tests = tests/unit/runs_table.test tests/unit/class_table.test tests/ui/runs.test tests/ui/results.test
check_PROGRAMS += $(runs_ui_tests)
TESTS += $(runs_ui_tests)
tests_unit_runs_table_test_SOURCES = tests/unit/runs_table_test.c tests/unit/test.h
tests_unit_runs_table_test_CPPFLAGS = $(test_cppflags)
tests_unit_runs_table_test_LDADD = $(ui_screen_libs)
tests_unit_class_table_test_SOURCES = tests/unit/class_table_test.c tests/unit/test.h
tests_unit_class_table_test_CPPFLAGS = $(test_cppflags)
tests_unit_class_table_test_LDADD = $(ui_screen_libs)
tests_ui_runs_test_SOURCES = tests/ui/runs_test.c $(stage_sources)
tests_ui_runs_test_CPPFLAGS = $(test_cppflags)
tests_ui_runs_test_LDADD = $(ui_screen_libs)
tests_ui_results_test_SOURCES = tests/ui/results_test.c $(stage_sources)
tests_ui_results_test_CPPFLAGS = $(test_cppflags)
tests_ui_results_test_LDADD = $(ui_screen_libs)
# the data screen
check_PROGRAMS += tests/ui/frame.test tests/ui/mouse.test tests/unit/command.test
TESTS += tests/ui/frame.test tests/ui/mouse.test tests/unit/command.test
tests_ui_mouse_test_SOURCES = tests/ui/mouse_test.c $(stage_sources)
tests_ui_mouse_test_CPPFLAGS = $(test_cppflags)
tests_ui_mouse_test_LDADD = $(ui_screen_libs)
tests_unit_command_test_SOURCES = tests/unit/command_test.c tests/unit/test.h
tests_unit_command_test_CPPFLAGS = $(test_cppflags)
tests_unit_command_test_LDADD = $(ui_screen_libs)
tests_ui_frame_test_SOURCES = tests/ui/frame_test.c $(stage_sources)
tests_ui_frame_test_CPPFLAGS = $(test_cppflags)
tests_ui_frame_test_LDADD = $(ui_screen_libs)
data_ui_tests = tests/unit/order.test tests/ui/data.test tests/ui/samples.test
check_PROGRAMS += $(data_ui_tests)
TESTS += $(data_ui_tests)
tests_unit_order_test_SOURCES = tests/unit/order_test.c tests/unit/test.h
tests_unit_order_test_CPPFLAGS = $(test_cppflags)
tests_unit_order_test_LDADD = $(ui_screen_libs)
tests_ui_data_test_SOURCES = tests/ui/data_test.c $(stage_sources)
tests_ui_data_test_CPPFLAGS = $(test_cppflags)
tests_ui_samples_test_SOURCES = tests/ui/samples_test.c $(stage_sources)
tests_ui_samples_test_CPPFLAGS = $(test_cppflags)
tests_ui_samples_test_LDADD = $(ui_screen_libs)
tests_ui_data_test_LDADD = $(ui_screen_libs)
# what is read of large sets
check_PROGRAMS += tests/ui/million.test
TESTS += tests/ui/million.test
tests_ui_million_test_SOURCES = tests/ui/million_test.c $(stage_sources)
tests_ui_million_test_CPPFLAGS = $(test_cppflags)
tests_ui_million_test_LDFLAGS = -Wl,--wrap=ds_view_file -Wl,--wrap=ds_view_class -Wl,--wrap=ds_view_note -Wl,--wrap=ds_view_skipped \
	-Wl,--wrap=ds_view_pair -Wl,--wrap=result_view_row -Wl,--wrap=result_view_count -Wl,--wrap=result_view_numbers
tests_ui_million_test_LDADD = $(ui_screen_libs)
EXTRA_DIST += tests/ui/golden

# one loader for the net and the eye
check_PROGRAMS += tests/unit/upright.test
TESTS += tests/unit/upright.test
tests_unit_upright_test_SOURCES = tests/unit/upright_test.c tests/unit/picture.c tests/unit/picture.h $(data_test_sources)
tests_unit_upright_test_CPPFLAGS = $(image_test_cppflags)
tests_unit_upright_test_LDADD = libfl_ui.a $(data_test_libs)

# The command line, on the real program.
cli_tests = tests/cli/options.tap tests/cli/scan.tap tests/cli/grid.tap tests/cli/weights.tap \
	tests/cli/signals.tap tests/cli/faults.tap tests/cli/attach.tap
TESTS += $(cli_tests)
EXTRA_DIST += $(cli_tests) $(cli_long) tests/cli/lib.sh
check_PROGRAMS += tests/cli/tool
tests_cli_tool_SOURCES = tests/cli/tool.c
tests_cli_tool_CPPFLAGS = $(AM_CPPFLAGS) $(CJSON_CFLAGS)
tests_cli_tool_LDADD = libfl_data.a libfl_image.a libfl_base.a $(JPEG_LIBS) $(PNG_LIBS) $(XXHASH_LIBS) $(CJSON_LIBS) -lutil -lm

# shim: against the module in the build folder; the pixel reference without it
shim_tests = tests/shim/border.test tests/shim/ops.test tests/shim/pictures.test tests/shim/optim.test tests/gpu/gpu.test
gpu_tests = tests/gpu/runs.tap
check_PROGRAMS += tests/unit/pixels.test tests/unit/memory.test tests/unit/conv.test tests/unit/norm.test tests/unit/depthwise.test $(shim_tests)
TESTS += tests/unit/pixels.test tests/unit/memory.test tests/unit/conv.test tests/unit/norm.test tests/unit/depthwise.test $(shim_tests) $(gpu_tests)
EXTRA_DIST += $(gpu_tests) tests/ref/shim.py tests/torch2
EXTRA_PROGRAMS += tests/bench/conv_bench
tests_bench_conv_bench_SOURCES = tests/bench/conv_bench.c
tests_bench_conv_bench_LDADD = -ldl
shim_test_sources = tests/shim/shim.c tests/shim/shim.h tests/unit/test.h
shim_test_libs = $(CMOCKA_LIBS) -ldl -lm
tests_unit_pixels_test_SOURCES = tests/unit/pixels_test.c tests/unit/test.h shim/fl_pixels.c shim/fl_pixels.h
tests_unit_pixels_test_CPPFLAGS = $(test_cppflags)
tests_unit_pixels_test_LDADD = $(CMOCKA_LIBS) -lm
# its CUDA and NVML are found by name, as a library's functions are
check_PROGRAMS += tests/unit/gpus.test
TESTS += tests/unit/gpus.test
tests_unit_gpus_test_SOURCES = tests/unit/gpus_test.c tests/unit/test.h shim/fl_gpus.c shim/fl_gpus.h
tests_unit_gpus_test_CPPFLAGS = $(test_cppflags)
tests_unit_gpus_test_LDFLAGS = $(AM_LDFLAGS) -rdynamic
tests_unit_gpus_test_LDADD = $(CMOCKA_LIBS) -ldl
tests_unit_memory_test_SOURCES = tests/unit/memory_test.c tests/unit/test.h shim/fl_memory.c shim/fl_memory.h
tests_unit_memory_test_CPPFLAGS = $(test_cppflags)
tests_unit_memory_test_LDADD = $(CMOCKA_LIBS) -lpthread
loops_sources = tests/unit/loops.c tests/unit/loops.h tests/unit/test.h shim/fl_loop.h shim/fl_lanes.h
tests_unit_norm_test_SOURCES = tests/unit/norm_test.c $(loops_sources) shim/fl_norm.c shim/fl_norm.h
tests_unit_norm_test_CPPFLAGS = $(test_cppflags)
tests_unit_norm_test_LDADD = libfl_base.a $(CMOCKA_LIBS) -lpthread -lm
tests_unit_depthwise_test_SOURCES = tests/unit/depthwise_test.c $(loops_sources) shim/fl_depthwise.c shim/fl_depthwise.h
tests_unit_depthwise_test_CPPFLAGS = $(test_cppflags)
tests_unit_depthwise_test_LDADD = libfl_base.a $(CMOCKA_LIBS) -lpthread -lm
tests_unit_conv_test_SOURCES = tests/unit/conv_test.c $(loops_sources) shim/fl_conv.c shim/fl_conv.h shim/fl_conv_avx2.c \
	shim/fl_conv_kernels.h
tests_unit_conv_test_CPPFLAGS = $(test_cppflags)
tests_unit_conv_test_LDADD = libfl_base.a $(CMOCKA_LIBS) -lpthread -lm
tests_shim_border_test_SOURCES = tests/shim/border_test.c $(shim_test_sources)
tests_shim_border_test_CPPFLAGS = $(test_cppflags)
tests_shim_border_test_LDADD = $(shim_test_libs)
tests_shim_pictures_test_SOURCES = tests/shim/pictures_test.c shim/fl_pixels.c $(shim_test_sources)
tests_shim_pictures_test_CPPFLAGS = $(test_cppflags)
tests_shim_pictures_test_LDADD = $(shim_test_libs)
tests_shim_ops_test_SOURCES = tests/shim/ops_test.c $(shim_test_sources)
tests_shim_ops_test_CPPFLAGS = $(test_cppflags)
tests_shim_ops_test_LDADD = $(shim_test_libs)
tests_shim_optim_test_SOURCES = tests/shim/optim_test.c tests/ref/shim.h $(shim_test_sources)
tests_shim_optim_test_CPPFLAGS = $(test_cppflags)
tests_shim_optim_test_LDADD = $(shim_test_libs)
tests_gpu_gpu_test_SOURCES = tests/gpu/gpu_test.c shim/fl_pixels.c $(shim_test_sources)
tests_gpu_gpu_test_CPPFLAGS = $(test_cppflags)
tests_gpu_gpu_test_LDADD = $(shim_test_libs)

# Our CUDA kernels as C++ on an emulated card: launches rewritten; needs neither nvcc nor libtorch.
check_PROGRAMS += tests/shim/cuda_emulated.test
TESTS += tests/shim/cuda_emulated.test
EXTRA_DIST += tests/shim/emulated/cuda_runtime.h
tests_shim_cuda_emulated_test_SOURCES = tests/shim/cuda_emulated_test.c tests/unit/test.h tests/shim/emulated/emulated.h \
	tests/shim/emulated/emulated.cpp shim/fl_cuda.h shim/fl_pixels.c shim/fl_pixels.h
nodist_tests_shim_cuda_emulated_test_SOURCES = tests/shim/emulated/fl_cuda.cpp
tests_shim_cuda_emulated_test_CPPFLAGS = $(test_cppflags) -I$(top_srcdir)/tests/shim/emulated
tests_shim_cuda_emulated_test_LDADD = $(CMOCKA_LIBS) -lm
CLEANFILES += tests/shim/emulated/fl_cuda.cpp
tests/shim/emulated/fl_cuda.cpp: shim/fl_cuda.cu
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sed -e 's/\([A-Za-z_][A-Za-z0-9_]*\)<<</emulated_launch(\1, /g' -e 's/>>>(/)(/g' \
		$(top_srcdir)/shim/fl_cuda.cu >$@.part && mv $@.part $@

# data
data_test_sources = tests/unit/folder.c tests/unit/folder.h tests/unit/test.h
data_test_libs = libfl_data.a libfl_image.a libfl_stats.a libfl_base.a $(CMOCKA_LIBS) $(JPEG_LIBS) $(PNG_LIBS) \
	$(XXHASH_LIBS) -lm
data_tests = tests/unit/dataset.test tests/unit/scan.test tests/unit/split.test tests/unit/loader.test tests/unit/demo.test
check_PROGRAMS += $(data_tests)
TESTS += $(data_tests)
tests_unit_dataset_test_SOURCES = tests/unit/dataset_test.c $(data_test_sources)
tests_unit_dataset_test_CPPFLAGS = $(test_cppflags)
tests_unit_dataset_test_LDADD = $(data_test_libs)
tests_unit_scan_test_SOURCES = tests/unit/scan_test.c tests/unit/picture.c tests/unit/picture.h $(data_test_sources)
tests_unit_scan_test_CPPFLAGS = $(image_test_cppflags)
tests_unit_scan_test_LDADD = $(data_test_libs)
tests_unit_split_test_SOURCES = tests/unit/split_test.c $(data_test_sources)
tests_unit_split_test_CPPFLAGS = $(test_cppflags)
tests_unit_split_test_LDADD = $(data_test_libs)
tests_unit_loader_test_SOURCES = tests/unit/loader_test.c $(data_test_sources)
tests_unit_loader_test_CPPFLAGS = $(test_cppflags)
tests_unit_loader_test_LDADD = $(data_test_libs)
tests_unit_demo_test_SOURCES = tests/unit/demo_test.c $(data_test_sources)
tests_unit_demo_test_CPPFLAGS = $(test_cppflags) $(XXHASH_CFLAGS)
tests_unit_demo_test_LDADD = $(data_test_libs)

# What takes minutes: make check-slow
slow_tests = tests/slow/kill.tap tests/slow/transfer.tap tests/slow/xterm.tap
EXTRA_DIST += $(slow_tests) tests/slow/soak tests/slow/accuracy
.PHONY: check-slow
check-slow: all tests/cli/tool
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(slow_tests)'
