/* What the manual and the shells' completions take from the lists.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/command.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/num.h"
#include "nn/arch.h"

/* --- manual ----------------------------------------------------------------------------------- */

/* Text for roff: backslashes and dashes escaped, no dot or quote in front of a line. */
static void add_roff(struct str *s, const char *text)
{
    if (*text == '.' || *text == '\'')
        str_add(s, "\\&");
    for (; *text; text++) {
        if (*text == '-')
            str_add(s, "\\-");
        else if (*text == '\\')
            str_add(s, "\\e");
        else
            str_add_c(s, *text);
    }
}

/* A help text as a sentence: a capital in front, a stop behind. */
static void add_sentence(struct str *s, const char *help)
{
    size_t at = s->len;
    add_roff(s, help);
    if (s->s[at] >= 'a' && s->s[at] <= 'z')
        s->s[at] = (char)(s->s[at] - 'a' + 'A');
    str_add(s, ".\n");
}

/* "Default: 64. 1 to 65536 pictures." */
static void add_values(struct str *s, const struct option_row *row, const struct options *defaults,
                       enum option_id id)
{
    struct str value = STR_INIT;
    char range[96];
    option_get(&value, defaults, id);
    option_range(range, sizeof range, row);
    if (row->type == OPTION_CHOICE) {
        str_add(s, "One of ");
        for (int i = 0; row->choices[i]; i++) {
            str_printf(s, "%s\\fB", !i ? "" : row->choices[i + 1] ? ", " : " and ");
            add_roff(s, row->choices[i]);
            str_add(s, "\\fR");
        }
        str_add(s, str_eq(value.s, "default") ? "; \\fBdefault\\fR leaves it to the preset. " : ". ");
    } else if (row->type == OPTION_BOOL) {
        str_add(s, "\\fBon\\fR or \\fBoff\\fR. ");
    } else if (*range) {
        add_roff(s, range);
        str_add(s, ". ");
    }
    str_add(s, value.len ? "Default: \\fB" : "Not set by default.");
    add_roff(s, value.len ? value.s : "");
    str_add(s, value.len ? "\\fR." : "");
    if (row->environment)
        str_printf(s, " Environment: %s.", row->environment);
    str_add_c(s, '\n');
    str_done(&value);
}

static void dump_options(struct str *s)
{
    const char *group = "";
    struct options defaults;
    options_default(&defaults);
    for (int id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_row((enum option_id)id);
        if (!str_eq(group, row->group))
            str_printf(s, ".SS %s\n", row->group);
        group = row->group;
        str_add(s, ".TP\n");
        if (row->short_flag)
            str_printf(s, "\\fB\\-%c\\fR, ", row->short_flag);
        str_add(s, "\\fB\\-\\-");
        add_roff(s, row->name);
        str_printf(s, "\\fR \\fI%s\\fR\n", row->argument);
        add_sentence(s, row->help);
        add_roff(s, row->long_help);
        str_add_c(s, '\n');
        add_values(s, row, &defaults, (enum option_id)id);
    }
}

/* --- presets ---------------------------------------------------------------------------------- */

static void add_setting(struct str *s, const char *name, const char *value)
{
    str_add(s, s->len && s->s[s->len - 1] != '\n' ? ", " : "");
    add_roff(s, name);
    str_add(s, " \\fB");
    add_roff(s, value);
    str_add(s, "\\fR");
}

static void add_real(struct str *s, const char *name, double v)
{
    char number[NUM_TEXT];
    add_setting(s, name, num_real(number, v));
}

static void add_switch(struct str *s, const char *name, bool on)
{
    add_setting(s, name, on ? "on" : "off");
}

static const char *choice_of(enum option_id id, int value)
{
    return option_row(id)->choices[value];
}

/* What an option named so would say, where it can have an effect. */
static void add_phase(struct str *s, const struct phase *p)
{
    const struct augment_spec *a = &p->augment;
    add_real(s, "epochs", p->epochs);
    add_real(s, "lr", p->lr_backbone);
    if (p->lr_stem != p->lr_backbone)
        add_real(s, "stem-lr", p->lr_stem);
    if (p->lr_head != p->lr_backbone)
        add_real(s, "head-lr", p->lr_head);
    add_setting(s, "optimizer", choice_of(OPTION_ID_optimizer, (int)p->optimizer));
    if (p->optimizer == OPT_SGD)
        add_real(s, "momentum", p->momentum);
    add_real(s, "weight-decay", p->weight_decay);
    add_real(s, "start-decay", p->start_decay);
    add_setting(s, "schedule", schedule_name(p->schedule.kind));
    add_setting(s, "bn", choice_of(OPTION_ID_bn, (int)p->bn));
    add_real(s, "label-smoothing", p->label_smoothing);
    add_real(s, "dropout", p->dropout);
    add_switch(s, "average", p->average);
    add_real(s, "blend", p->blend);
    add_switch(s, "flip", a->flip);
    add_switch(s, "crop", a->crop);
    if (a->crop)
        add_real(s, "crop-min", a->crop_min);
    add_real(s, "jitter", a->jitter);
    str_add(s, ".\n");
}

static void add_view(struct str *s, const struct recipe *r)
{
    add_real(s, "batch-size", r->batch_size);
    add_real(s, "image-size", r->image_size);
    add_setting(s, "resize", choice_of(OPTION_ID_resize, (int)r->resize));
    if (r->resize == RESIZE_CROP)
        add_real(s, "views", r->views);
    add_switch(s, "antialias", r->antialias);
    add_setting(s, "normalize", choice_of(OPTION_ID_normalize, !r->imagenet_norm));
    add_switch(s, "class-weights", r->class_weights);
    str_add(s, ".\n");
}

static void dump_presets(struct str *s)
{
    for (int preset = 0; preset < PRESET_COUNT; preset++) {
        for (int mode = 0; mode < MODE_COUNT; mode++) {
            struct recipe r;
            struct recipe_request request = {.preset = (enum preset)preset, .mode = (enum mode)mode};
            if (recipe_make(&r, &request, NULL) != ERR_OK)
                continue;
            str_printf(s, ".TP\n\\fB%s\\fR, mode \\fB", preset_name(request.preset));
            add_roff(s, mode_name(request.mode));
            str_add(s, "\\fR\n");
            add_view(s, &r);
            for (int i = 0; i < r.n_phases; i++) {
                if (r.n_phases > 1)
                    str_printf(s, "Phase %d, %s:\n", i + 1, phase_title(&r.phases[i]));
                add_phase(s, &r.phases[i]);
            }
        }
    }
}

/* --- completions ------------------------------------------------------------------------------ */

/* The words that an option takes, with blanks between; "" for free text. */
static void add_words(struct str *s, const struct option_row *row)
{
    if (row->type == OPTION_BOOL)
        str_add(s, "on off");
    for (int i = 0; row->type == OPTION_CHOICE && row->choices[i]; i++)
        str_printf(s, "%s%s", i ? " " : "", row->choices[i]);
    for (size_t i = 0; str_eq(row->name, "model") && i < arch_count(); i++)
        str_printf(s, "%s%s", i ? " " : "", arch_at(i)->name);
    if (str_eq(row->name, "device"))
        str_add(s, "auto cpu cuda");
    if (str_eq(row->name, "split"))
        str_add(s, "auto random folders");
}

/* Beside its words an option may name a file. */
static bool takes_files(const struct option_row *row)
{
    return row->type == OPTION_PATH || str_eq(row->name, "split") || str_eq(row->name, "theme");
}

static void add_commands(struct str *s)
{
    for (size_t i = 0; i < n_commands; i++) {
        if (commands[i].help && *commands[i].name)
            str_printf(s, "%s ", commands[i].name);
    }
}

/* What a command takes, its switches, then its options: each with what stands before it, and a blank behind. */
static void add_names(struct str *s, const struct command *c, const char *before)
{
    for (size_t i = 0; i < n_flag_rows; i++) {
        if (flag_rows[i].flag & (c->flags | FLAGS_EVERYWHERE))
            str_printf(s, "%s%s ", before, flag_rows[i].name);
    }
    for (int id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_row((enum option_id)id);
        bool twice = str_eq(row->name, "mode") && c->flags & FLAG_MODES;
        if (command_takes(c, row) && !twice)
            str_printf(s, "%s%s ", before, row->name);
    }
}

/* "--epochs|-e) " */
static void add_case(struct str *s, const struct option_row *row)
{
    str_printf(s, "    --%s", row->name);
    if (row->short_flag)
        str_printf(s, "|-%c", row->short_flag);
    str_add(s, ") ");
}

/* Of train several modes, with commas between. */
static void add_bash_modes(struct str *s, const struct option_row *row, const char *words)
{
    add_case(s, row);
    str_printf(s, "words='%s'\n"
                  "        [ \"${COMP_WORDS[1]}\" != train ] || case $cur in\n"
                  "        *,*) COMPREPLY=($(compgen -P \"${cur%%,*},\" -W \"$words\" -- \"${cur##*,}\")); return ;;\n"
                  "        *) words+=' all' ;;\n"
                  "        esac\n"
                  "        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")); return ;;\n",
               words);
}

/* Themes are what the folders hold when the key is pressed. */
static void add_bash_option(struct str *s, const struct option_row *row)
{
    struct str words = STR_INIT;
    add_words(&words, row);
    if (str_eq(row->name, "mode")) {
        add_bash_modes(s, row, words.s);
    } else {
        add_case(s, row);
        if (str_eq(row->name, "theme"))
            str_add(s, "words=$(_flowerlab_themes); ");
        else if (words.len)
            str_printf(s, "words='%s'; ", words.s);
        if (takes_files(row))
            str_add(s, "mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\"; compgen -f -- \"$cur\"); ");
        else if (words.len)
            str_add(s, "COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")); ");
        str_add(s, "return ;;\n");
    }
    str_done(&words);
}

static void add_bash_commands(struct str *s)
{
    for (size_t i = 1; i <= n_commands; i++) {
        const struct command *c = &commands[i % n_commands]; /* the screens last: any other first word */
        if (!c->help)
            continue;
        str_printf(s, "        %s) words='", *c->name ? c->name : "*");
        add_names(s, c, "--");
        str_add(s, "' ;;\n");
    }
}

static void dump_bash(struct str *s)
{
    str_add(s, "# bash completion for flowerlab; written by \"flowerlab dump completion-bash\"\n"
               "_flowerlab_themes() {\n"
               "    local program file=\n"
               "    program=$(type -P flowerlab)\n"
               "    echo default\n"
               "    for file in \"${XDG_CONFIG_HOME:-$HOME/.config}\"/flowerlab/themes/*.theme \\\n"
               "        \"${program%/*}\"/themes/*.theme \"${program%/*}\"/../share/flowerlab/themes/*.theme; do\n"
               "        [ ! -e \"$file\" ] || basename \"$file\" .theme\n"
               "    done\n"
               "}\n"
               "_flowerlab() {\n"
               "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=\n"
               "    # --name=value comes as three words\n"
               "    if [ \"$cur\" = = ]; then cur=; elif [ \"$prev\" = = ]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
               "    COMPREPLY=()\n"
               "    case $prev in\n");
    for (int id = 0; id < OPTION_COUNT; id++)
        add_bash_option(s, option_row((enum option_id)id));
    str_add(s, "    --out) mapfile -t COMPREPLY < <(compgen -d -- \"$cur\"); return ;;\n"
               "    weights) COMPREPLY=($(compgen -W 'list get check' -- \"$cur\")); return ;;\n"
               "    get) COMPREPLY=($(compgen -W '");
    for (size_t i = 0; i < arch_count(); i++)
        str_printf(s, "%s%s", i ? " " : "", arch_at(i)->name);
    str_add(s, "' -- \"$cur\")); return ;;\n"
               "    esac\n"
               "    case $cur in\n"
               "    -*) case ${COMP_WORDS[1]} in\n");
    add_bash_commands(s);
    str_add(s, "        esac\n"
               "        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")); return ;;\n"
               "    esac\n"
               "    [ \"$COMP_CWORD\" -gt 1 ] || words='");
    add_commands(s);
    str_add(s, "'\n"
               "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\"; compgen -f -- \"$cur\")\n"
               "}\n"
               "complete -o filenames -F _flowerlab flowerlab\n");
}

/* Text inside an _arguments specification: brackets and colons escaped, quotes left out. */
static void add_zsh_text(struct str *s, const char *text)
{
    for (; *text; text++) {
        if (*text == '[' || *text == ']' || *text == ':')
            str_add_c(s, '\\');
        if (*text != '\'')
            str_add_c(s, *text);
    }
}

static void add_zsh_option(struct str *s, const struct option_row *row)
{
    struct str words = STR_INIT;
    add_words(&words, row);
    str_printf(s, "        %s '--%s[", row->name, row->name);
    add_zsh_text(s, row->help);
    str_printf(s, "]:%s:", row->argument);
    if (takes_files(row))
        str_add(s, "_files");
    else if (words.len)
        str_printf(s, "(%s)", words.s);
    str_add(s, "'\n");
    str_done(&words);
}

static void add_zsh_flag(struct str *s, const struct flag_row *row)
{
    if (row->flag == FLAG_MORE || row->flag == FLAG_MODES)
        return; /* the option of the same name serves */
    str_printf(s, "        %s '--%s[", row->name, row->name);
    add_zsh_text(s, row->help);
    str_printf(s, "]%s'\n", row->flag == FLAG_OUT ? ":FOLDER:_files -/" : row->argument ? ":number: " : "");
}

static void add_zsh_commands(struct str *s)
{
    for (size_t i = 1; i <= n_commands; i++) {
        const struct command *c = &commands[i % n_commands];
        if (!c->help)
            continue;
        str_printf(s, "    %s) names=(", *c->name ? c->name : "*");
        add_names(s, c, "");
        str_add(s, ") ;;\n");
    }
}

static void dump_zsh(struct str *s)
{
    str_add(s, "#compdef flowerlab\n"
               "# zsh completion for flowerlab; written by \"flowerlab dump completion-zsh\"\n"
               "_flowerlab() {\n"
               "    local -a commands names flags\n"
               "    local -A about\n"
               "    local name\n"
               "    commands=(\n");
    for (size_t i = 1; i < n_commands; i++) {
        if (!commands[i].help)
            continue;
        str_printf(s, "        '%s:", commands[i].name);
        add_zsh_text(s, commands[i].help);
        str_add(s, "'\n");
    }
    str_add(s, "    )\n    about=(\n");
    for (size_t i = 0; i < n_flag_rows; i++)
        add_zsh_flag(s, &flag_rows[i]);
    for (int id = 0; id < OPTION_COUNT; id++)
        add_zsh_option(s, option_row((enum option_id)id));
    str_add(s, "    )\n    case ${words[2]} in\n");
    add_zsh_commands(s);
    str_add(s, "    esac\n"
               "    for name in $names; do flags+=(\"${about[$name]}\"); done\n"
               "    _arguments \"$flags[@]\" '1: :{ _describe command commands; _files -/ }' "
               "'*:file:_files'\n"
               "}\n"
               "_flowerlab \"$@\"\n");
}

static const struct dump {
    const char *name;
    void (*write)(struct str *s);
} dumps[] = {
    {"options-man", dump_options},
    {"presets-man", dump_presets},
    {"completion-bash", dump_bash},
    {"completion-zsh", dump_zsh},
};

int cmd_dump(struct batch *b)
{
    struct err err = {0};
    for (size_t i = 0; i < sizeof dumps / sizeof *dumps; i++) {
        if (!str_eq(dumps[i].name, b->words[0]))
            continue;
        struct str s = STR_INIT;
        dumps[i].write(&s);
        output_write(&b->result, s.s, s.len);
        str_done(&s);
        return EXIT_DONE;
    }
    err_set(&err, ERR_INVALID, "dump: unknown list \"%s\"", b->words[0]);
    return report_usage(b, &err);
}
