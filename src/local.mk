# One static library a layer; a test links only the layers it tests.
noinst_LIBRARIES += libfl_base.a libfl_config.a libfl_image.a libfl_stats.a libfl_data.a libfl_nn.a \
	libfl_engine.a libfl_batch.a libfl_ui.a

libfl_base_a_SOURCES = \
	src/base/bytes.c src/base/bytes.h src/base/clock.c src/base/clock.h src/base/csv.c src/base/csv.h \
	src/base/err.c src/base/err.h src/base/file.c src/base/file.h src/base/log.c src/base/log.h \
	src/base/mem.c src/base/mem.h src/base/names.c src/base/names.h src/base/num.c src/base/num.h src/base/path.c src/base/path.h \
	src/base/pool.c src/base/pool.h src/base/rng.c src/base/rng.h src/base/sigactions.c src/base/sigactions.h \
	src/base/str.c src/base/str.h src/base/thread.c src/base/thread.h

libfl_config_a_SOURCES = \
	src/config/cli.c src/config/option.c src/config/option.h src/config/options.def src/config/rcfile.c

libfl_image_a_SOURCES = \
	src/image/augment.c src/image/augment.h src/image/codec.h src/image/decode.c src/image/decode.h \
	src/image/exif.c src/image/jpeg.c src/image/png.c src/image/resize.c src/image/resize.h src/image/sniff.c
libfl_image_a_CPPFLAGS = $(AM_CPPFLAGS) $(JPEG_CFLAGS) $(PNG_CFLAGS)
libfl_stats_a_SOURCES = \
	src/stats/metrics.c src/stats/metrics.h src/stats/presets.def src/stats/recipe.c src/stats/recipe.h \
	src/stats/recipe_text.c src/stats/schedule.c src/stats/schedule.h
libfl_data_a_SOURCES = \
	src/data/classes.c src/data/classes.h src/data/dataset.c src/data/dataset.h src/data/demo.c src/data/demo.h \
	src/data/demo_flowers.c src/data/demo_paint.c src/data/demo_paint.h src/data/demo_scene.c src/data/demo_shapes.c \
	src/data/folder_set.c src/data/folder_set.h src/data/internal.h \
	src/data/loader.c src/data/loader.h src/data/notes.c src/data/read.c src/data/scan.c src/data/split.c \
	src/data/split.h src/data/square.c src/data/square.h src/data/walk.c
libfl_data_a_CPPFLAGS = $(AM_CPPFLAGS) $(XXHASH_CFLAGS)
libfl_nn_a_SOURCES = \
	src/nn/arch.c src/nn/arch.h src/nn/arch_family.h src/nn/arch_mobilenet.c src/nn/arch_resnet.c src/nn/fetch.c \
	src/nn/net.c src/nn/net.h src/nn/net_fold.c src/nn/net_init.c src/nn/net_internal.h src/nn/net_load.c \
	src/nn/pickle.c src/nn/pickle.h src/nn/pth.c src/nn/pth_tensors.c src/nn/safetensors.c src/nn/weights.c \
	src/nn/weights.h src/nn/weights_find.c src/nn/weights_internal.h src/nn/weights_match.c
libfl_nn_a_CPPFLAGS = $(AM_CPPFLAGS) $(ZIP_CFLAGS) $(CJSON_CFLAGS) $(CURL_CFLAGS) $(CRYPTO_CFLAGS)
libfl_engine_a_SOURCES = \
	src/engine/anchor.c src/engine/anchor.h src/engine/average.c src/engine/average.h src/engine/blend.c src/engine/blend.h src/engine/block.c src/engine/block.h src/engine/checkpoint.c \
	src/engine/compare.c src/engine/compare.h src/engine/job_compare.c src/engine/job_resume.c src/engine/job_runs.c src/engine/stored.c src/engine/stored.h \
	src/engine/check.c src/engine/demo_settings.c src/engine/result_sort.c src/engine/result_sort.h src/engine/data_threads.c src/engine/engine.c src/engine/engine.h src/engine/snapshot.c src/engine/features.c src/engine/fresh.h src/engine/hooks.c \
	src/engine/hooks.h src/engine/ini.c src/engine/ini.h src/engine/internal.h src/engine/job.c src/engine/job.h \
	src/engine/job_data.c src/engine/job_eval.c src/engine/job_estimate.c src/engine/job_files.c src/engine/job_scan.c src/engine/job_train.c src/engine/job_weights.c src/engine/jobs.c \
	src/engine/layout.h src/engine/model.c src/engine/model.h src/engine/model_file.c src/engine/queue.c \
	src/engine/queue.h src/engine/record.c src/engine/record.h src/engine/run.c src/engine/run.h src/engine/run_lock.c src/engine/run_lock.h src/engine/scan.h \
	src/engine/score.c src/engine/score.h src/engine/settings.c src/engine/settings.h src/engine/show.c \
	src/engine/torch.c src/engine/torch.h src/engine/trainer.c src/engine/trainer.h src/engine/trainer_epoch.c \
	src/engine/trainer_step.c src/engine/views.c src/engine/waiting.c src/engine/wire.c src/engine/wire.h
# watching a run
libfl_engine_a_SOURCES += \
	src/engine/gauges.c src/engine/gauges.h src/engine/job_view.c src/engine/run_steps.c src/engine/sampler.c src/engine/memory.c src/engine/memory.h
libfl_engine_a_CPPFLAGS = $(AM_CPPFLAGS) $(CJSON_CFLAGS) $(XXHASH_CFLAGS) -I$(top_builddir)/src -DPKGLIBDIR='"$(pkglibdir)"'

# watching a run from another process
libfl_engine_a_SOURCES += \
	src/engine/attach.c src/engine/attach.h src/engine/channel.c src/engine/channel.h src/engine/job_alive.c \
	src/engine/job_attach.c src/engine/meet.c src/engine/meet.h src/engine/run_rows.h src/engine/serve.c src/engine/serve.h

# The commit that is built, with a dirty mark: written again only when it is another.
src/engine/libfl_engine_a-run.$(OBJEXT): src/engine/commit.h
src/engine/commit.h: FORCE
	@$(MKDIR_P) src/engine
	@c=unknown; test ! -e $(srcdir)/.git || c=`git -C $(srcdir) describe --always --dirty --abbrev=12 2>/dev/null` || c=unknown; \
	echo "#define FL_COMMIT \"$$c\"" >$@.tmp; \
	if cmp -s $@.tmp $@; then rm -f $@.tmp; else mv -f $@.tmp $@; fi
FORCE:
.PHONY: FORCE
CLEANFILES += src/engine/commit.h
libfl_batch_a_SOURCES = \
	src/batch/batch.c src/batch/batch.h src/batch/cmd_config.c src/batch/cmd_demo.c src/batch/cmd_eval.c src/batch/cmd_grid.c \
	src/batch/cmd_runs.c src/batch/cmd_scan.c src/batch/cmd_train.c src/batch/cmd_weights.c src/batch/command.h \
	src/batch/dump.c src/batch/help.c src/batch/json.c src/batch/output.c src/batch/output.h src/batch/progress.c \
	src/batch/session.c src/batch/signals.c src/batch/signals.h
libfl_batch_a_CPPFLAGS = $(AM_CPPFLAGS) $(CJSON_CFLAGS)
libfl_ui_a_SOURCES = \
	src/ui/action.c src/ui/action.h src/ui/actions.def src/ui/app.c src/ui/app.h src/ui/app_calls.c src/ui/app_draw.c \
	src/ui/app_keys.c src/ui/ask.c src/ui/ask.h src/ui/link.c src/ui/link.h src/ui/picture_private.h src/ui/picture_strip.c src/ui/grid_print.c src/ui/grid_print.h src/ui/app_model.c src/ui/app_private.h src/ui/app_folders.c src/ui/app_start.c src/ui/app_theme.c src/ui/w_filter.c src/ui/w_filter.h src/ui/w_text.c src/ui/w_text.h src/ui/help.c src/ui/help.h src/ui/key_bar.c src/ui/key_bar.h src/ui/command.c src/ui/command.h src/ui/option_values.c src/ui/option_values.h src/ui/w_prompt.c src/ui/w_prompt.h src/ui/app_command.c src/ui/app_mouse.c src/ui/edit.c src/ui/edit.h src/ui/canvas.c src/ui/canvas.h src/ui/damage.c src/ui/damage.h \
	src/ui/gfx.c src/ui/gfx.h src/ui/gfx_cells.c src/ui/gfx_inline.c src/ui/gfx_sixel.c src/ui/glyph.c src/ui/glyph.h src/ui/guard.c \
	src/ui/guard.h src/ui/keymap.c src/ui/keymap_file.c src/ui/keymap.h src/ui/keys.c src/ui/keys.h src/ui/picture.c src/ui/picture.h \
	src/ui/picture_make.c src/ui/picture_make.h src/ui/picture_preview.c src/ui/popup.c src/ui/popup.h src/ui/role.h \
	src/ui/roles.def src/ui/screen.h src/ui/session.c src/ui/session.h src/ui/signals.c src/ui/signals.h src/ui/term.c \
	src/ui/term.h src/ui/term_draw.c src/ui/term_private.h src/ui/term_type.c src/ui/term_type.h src/ui/theme.c src/ui/theme.h
# the screens and their widgets
libfl_ui_a_SOURCES += \
	src/ui/fmt.c src/ui/fmt.h src/ui/layout.c src/ui/layout.h src/ui/parts.c src/ui/parts.h src/ui/plot_dots.c \
	src/ui/plot_dots.h src/ui/plot_scale.c src/ui/plot_scale.h src/ui/screen_data.c src/ui/screen_samples.c \
	src/ui/screen_setup.c src/ui/setup_items.c src/ui/setup_draw.c src/ui/setup_edit.c src/ui/setup_text.c \
	src/ui/setup_command.c src/ui/setup_estimate.c src/ui/setup_weights.c src/ui/setup_queue.c src/ui/queued.c src/ui/queued.h src/ui/setup_private.h src/ui/clip.c src/ui/clip.h src/ui/screen_train.c src/ui/screens.c src/ui/screens.h src/ui/w_list.c src/ui/w_list.h \
	src/ui/w_plot.c src/ui/w_plot.h src/ui/w_timeline.c src/ui/w_timeline.h
# grids, runs and results
libfl_ui_a_SOURCES += \
	src/ui/class_table.c src/ui/class_table.h src/ui/results_classes.c src/ui/results_classes.h \
	src/ui/picture_sizes.c src/ui/picture_sizes.h src/ui/results_draw.c src/ui/results_newest.c src/ui/results_newest.h src/ui/results_pictures.c src/ui/results_pictures.h src/ui/results_screen.h src/ui/runs_compare.c src/ui/runs_compare.h src/ui/runs_preview.c src/ui/runs_preview.h \
	src/ui/runs_ahead.c src/ui/runs_ahead.h src/ui/runs_rows.c src/ui/runs_rows.h src/ui/runs_table.c src/ui/runs_table.h src/ui/screen_results.c \
	src/ui/screen_runs.c src/ui/w_grid.c src/ui/w_grid.h src/ui/w_matrix.c src/ui/w_matrix.h
# what is in the data
libfl_engine_a_SOURCES += src/engine/ds_draw.c
libfl_ui_a_SOURCES += \
	src/ui/data_facts.c src/ui/data_lists.c src/ui/data_names.c src/ui/data_problems.c src/ui/data_screen.h src/ui/data_sizes.c \
	src/ui/data_sizes.h src/ui/data_window.c src/ui/samples_draw.c src/ui/samples_pick.c src/ui/samples_screen.h \
	src/ui/samples_want.c src/ui/order.c src/ui/order.h src/ui/zoom.c src/ui/zoom.h
# finer blocks
if HAVE_CHAFA
libfl_ui_a_SOURCES += src/ui/gfx_chafa.c
endif
# charts
libfl_ui_a_SOURCES += \
	src/ui/attention.c src/ui/attention.h src/ui/chart_view.c src/ui/chart_view.h src/ui/charts.def src/ui/history.c src/ui/history.h src/ui/series.c src/ui/series.h \
	src/ui/train_charts.c src/ui/train_keys.c src/ui/train_parts.c src/ui/train_screen.h
libfl_ui_a_CPPFLAGS = $(AM_CPPFLAGS) $(CURSES_CFLAGS) $(SIXEL_CFLAGS) $(CHAFA_CFLAGS) -DPKGDATADIR='"$(pkgdatadir)"'

# leaving a run and coming back
libfl_batch_a_SOURCES += src/batch/cmd_attach.c
libfl_ui_a_SOURCES += src/ui/app_leave.c

bin_PROGRAMS += flowerlab
flowerlab_SOURCES = src/main.c
flowerlab_CPPFLAGS = $(AM_CPPFLAGS)
flowerlab_LDADD = libfl_ui.a libfl_batch.a libfl_engine.a libfl_nn.a libfl_data.a libfl_stats.a libfl_image.a \
	libfl_config.a libfl_base.a $(CURSES_LIBS) $(gfx_libs) $(JPEG_LIBS) $(PNG_LIBS) $(ZIP_LIBS) $(CJSON_LIBS) \
	$(XXHASH_LIBS) $(CURL_LIBS) $(CRYPTO_LIBS) -ldl -lm
