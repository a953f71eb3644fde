/* `enerlog why`: the derivation of a value (views/why). */
#include "projections/views/why.h"
#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/engine.h"
#include "log/lookup.h"

#define OUTPUT_SIZE_MAX ((size_t)64 << 20)

/* What the command line asks for, in words. */
struct question {
    en_why_what what;
    const char *key;
    const char *channel;
    const char *time;
};

static en_code parse_question(const struct en_arguments *arguments, struct question *question,
                              struct en_error *err)
{
    const char *formula = en_arguments_value(arguments, "formula");
    const char *balance = en_arguments_value(arguments, "balance");
    const char *first = en_arguments_operand(arguments, 0);
    *question = (struct question){EN_WHY_CHANNEL, first, en_arguments_operand(arguments, 1),
                                  en_arguments_operand(arguments, 2)};
    if (formula != NULL && balance != NULL) {
        return en_error_set(err, EN_USAGE, "--formula and --balance do not go together");
    }
    if (formula != NULL || balance != NULL) {
        *question = (struct question){formula != NULL ? EN_WHY_FORMULA : EN_WHY_BALANCE,
                                      formula != NULL ? formula : balance, "", first};
        return arguments->operands_count == 1
                   ? EN_OK
                   : en_error_set(err, EN_USAGE, "with --formula or --balance give TIME alone");
    }
    return question->time != NULL ? EN_OK
                                  : en_error_set(err, EN_USAGE,
                                                 "POINT, CHANNEL and TIME are wanted, or TIME with "
                                                 "--formula or --balance");
}

static void print(const struct en_why_tree *tree, const struct en_view *view, en_output output,
                  struct en_io *io)
{
    struct en_buf out;
    struct en_json json;
    en_buf_init(&out, OUTPUT_SIZE_MAX);
    if (output == EN_OUTPUT_JSON || output == EN_OUTPUT_LINES) {
        en_json_init(&json, &out);
        en_json_object(&json, NULL);
        en_json_u64(&json, "position", view->position);
        en_json_bool(&json, "is_cut", tree->is_cut);
        en_why_print_json(tree, &json, "why");
        en_json_end(&json);
        en_buf_u8(&out, '\n');
    } else {
        en_why_print(tree, &out);
    }
    en_io_write(io, en_buf_slice(&out));
    en_buf_fini(&out);
}

static en_code derive(struct en_session *session, const struct en_arguments *arguments,
                      const struct question *question, const struct en_view *view,
                      struct en_why_tree *tree, struct en_error *err)
{
    const char *lane = en_arguments_value(arguments, "lane");
    const char *language = en_arguments_value(arguments, "lang");
    struct en_log_lookup events;
    struct en_why_query query = {
        .what = question->what,
        .lane = lane != NULL && strcmp(lane, "live") == 0 ? EN_LANE_LIVE : EN_LANE_FISCAL,
        .is_russian = language != NULL && strcmp(language, "ru") == 0,
    };
    en_log_lookup_init(&events, en_engine_log(session->engine), view->position);
    struct en_lookup lookup = en_log_lookup_of(&events);
    en_code code = en_why_find(view->store, query.what, en_slice_text(question->key),
                               en_slice_text(question->channel), &query.series, err);
    if (code == EN_OK) {
        code = en_why_time(view->store, en_slice_text(question->time), &query, err);
    }
    if (code == EN_OK) {
        code = en_why(view->store, &lookup, &query, tree, err);
    }
    return code;
}

en_code en_run_why(struct en_session *session, const struct en_arguments *arguments,
                   struct en_io *io, struct en_error *err)
{
    struct question question;
    struct en_view view;
    struct en_why_tree tree;
    en_code code = parse_question(arguments, &question, err);
    if (code == EN_OK) {
        code = en_engine_view_open(session->engine, arguments->as_of, io, &view, err);
    }
    if (code != EN_OK) {
        return code;
    }
    en_why_tree_init(&tree);
    code = derive(session, arguments, &question, &view, &tree, err);
    en_engine_view_close(session->engine, &view);
    if (code == EN_OK) {
        print(&tree, &view, arguments->output, io);
    }
    en_why_tree_fini(&tree);
    return code;
}
