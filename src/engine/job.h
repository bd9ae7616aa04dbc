/* The bodies of the jobs, one function a command. Each runs on the thread its row in job.c says.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_JOB_H
#define FL_ENGINE_JOB_H

#include "base/err.h"

struct job;

enum err_code job_list(struct job *job, struct err *err);
enum err_code job_folder(struct job *job, struct err *err);
enum err_code job_script(struct job *job, struct err *err);
enum err_code job_sizes(struct job *job, struct err *err);
enum err_code job_scan(struct job *job, struct err *err);
enum err_code job_demo(struct job *job, struct err *err);
enum err_code job_runs(struct job *job, struct err *err);
enum err_code job_stored(struct job *job, struct err *err);
enum err_code job_compare(struct job *job, struct err *err);
enum err_code job_note(struct job *job, struct err *err);
enum err_code job_trash(struct job *job, struct err *err);
enum err_code job_alive(struct job *job, struct err *err);
enum err_code job_attach(struct job *job, struct err *err);
enum err_code job_fetch(struct job *job, struct err *err);
enum err_code job_view(struct job *job, struct err *err);
enum err_code job_weights(struct job *job, struct err *err);
enum err_code job_train(struct job *job, struct err *err);
enum err_code job_resume(struct job *job, struct err *err);
enum err_code job_eval(struct job *job, struct err *err);
enum err_code job_predict(struct job *job, struct err *err);
enum err_code job_pretrain(struct job *job, struct err *err);
enum err_code job_estimate(struct job *job, struct err *err);
enum err_code job_devices(struct job *job, struct err *err);

#endif
