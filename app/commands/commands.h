/* The run functions of the command table, by file of this folder. What each does, takes and prints
 * is said in command_table.c; codes become exit codes (core/code.def). */
#ifndef EN_APP_COMMANDS_COMMANDS_H
#define EN_APP_COMMANDS_COMMANDS_H

#include "app/session.h"

#define EN_COMMAND(name)                                                                           \
    en_code en_run_##name(struct en_session *session, const struct en_arguments *arguments,        \
                          struct en_io *io, struct en_error *err) EN_MUST_CHECK

/* program.c: of the program itself */
EN_COMMAND(version);
EN_COMMAND(help);
EN_COMMAND(completion);
EN_COMMAND(man);
EN_COMMAND(cli_docs);

/* reference.c */
EN_COMMAND(reference_events);
EN_COMMAND(reference_tables);

/* reference_device_events.c */
EN_COMMAND(reference_device_events);

/* init.c */
EN_COMMAND(init);
EN_COMMAND(serve);

/* why.c */
EN_COMMAND(why);

/* log.c */
EN_COMMAND(log_show);
EN_COMMAND(log_tail);

/* structure.c */
EN_COMMAND(object_set);
EN_COMMAND(point_set);
EN_COMMAND(channel_set);
EN_COMMAND(channel_error);
EN_COMMAND(ratio_set);
EN_COMMAND(transformer_set);
EN_COMMAND(device_set);
EN_COMMAND(device_install);
EN_COMMAND(device_remove);
EN_COMMAND(device_replace);

/* contract.c */
EN_COMMAND(contract_set);
EN_COMMAND(contract_list);
EN_COMMAND(contract_show);
EN_COMMAND(cause_set);
EN_COMMAND(cause_list);

/* decree.c */
EN_COMMAND(report_decree);

/* validity.c */
EN_COMMAND(report_validity);
EN_COMMAND(report_completeness);

/* formula.c */
EN_COMMAND(formula_set);
EN_COMMAND(balance_set);

/* lists.c */
EN_COMMAND(object_list);
EN_COMMAND(point_list);
EN_COMMAND(channel_list);
EN_COMMAND(device_list);
EN_COMMAND(transformer_list);
EN_COMMAND(formula_list);
EN_COMMAND(balance_list);
EN_COMMAND(policy_list);

/* import.c */
EN_COMMAND(import);

/* report.c */
EN_COMMAND(report_usage);
EN_COMMAND(report_balance);

/* calendar.c, tariff.c, tariff_list.c, tariff_report.c */
EN_COMMAND(calendar_set);
EN_COMMAND(calendar_list);
EN_COMMAND(calendar_show);
EN_COMMAND(tariff_set);
EN_COMMAND(tariff_list);
EN_COMMAND(tariff_show);
EN_COMMAND(price_set);
EN_COMMAND(price_list);
EN_COMMAND(peak_hours_set);
EN_COMMAND(peak_hours_list);
EN_COMMAND(report_charges);
EN_COMMAND(report_deviation);
EN_COMMAND(report_reconciliation);

/* freeze.c */
EN_COMMAND(freeze_create);
EN_COMMAND(freeze_list);
EN_COMMAND(freeze_show);
EN_COMMAND(freeze_differences);
EN_COMMAND(freeze_verify);
EN_COMMAND(correction_create);
EN_COMMAND(hold_differences);

/* freeze_ask.c */
EN_COMMAND(policy_set);
EN_COMMAND(freeze_check);
EN_COMMAND(freeze_approve);
EN_COMMAND(freeze_requests);
EN_COMMAND(hold_set);
EN_COMMAND(hold_release);
EN_COMMAND(hold_list);

/* balance.c */
EN_COMMAND(equipment_set);
EN_COMMAND(equipment_list);
EN_COMMAND(equipment_show);
EN_COMMAND(bypass_on);
EN_COMMAND(bypass_off);
EN_COMMAND(bypass_list);

/* balance_report.c */
EN_COMMAND(balance_scheme);
EN_COMMAND(report_losses);

/* projection.c */
EN_COMMAND(projection_status);
EN_COMMAND(projection_rebuild);
EN_COMMAND(projection_diff);

/* evidence.c */
EN_COMMAND(log_verify);
EN_COMMAND(log_prove);
EN_COMMAND(log_backup);
EN_COMMAND(log_restore);
EN_COMMAND(proof_verify);

/* key.c */
EN_COMMAND(key_show);

/* export.c */
EN_COMMAND(export);

/* demo.c */
EN_COMMAND(demo);

/* alarm.c */
EN_COMMAND(alarm_define);
EN_COMMAND(alarm_list);
EN_COMMAND(alarm_show);
EN_COMMAND(alarm_ack);
EN_COMMAND(alarm_shelve);
EN_COMMAND(alarm_act);
EN_COMMAND(alarm_history);
EN_COMMAND(alarm_quality);

/* event.c */
EN_COMMAND(event_add);
EN_COMMAND(event_list);
EN_COMMAND(event_map);

/* doctor.c */
EN_COMMAND(doctor);

/* reference_rules.c */
EN_COMMAND(reference_rules);

/* rule.c */
EN_COMMAND(rule_list);
EN_COMMAND(rule_show);
EN_COMMAND(rule_set);
EN_COMMAND(rule_adopt);
EN_COMMAND(rule_presets);

/* rule_diff.c */
EN_COMMAND(rule_diff);

/* edit.c */
EN_COMMAND(edit_request);
EN_COMMAND(edit_approve);
EN_COMMAND(edit_reject);
EN_COMMAND(edit_retract);
EN_COMMAND(edit_list);
EN_COMMAND(report_substitution);

#endif
