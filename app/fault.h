/* Last words when stored bytes cannot be read. The store is mapped into memory: a file that was cut
 * short, or a disc that fails, shows as a signal where others would get an error. */
#ifndef EN_APP_FAULT_H
#define EN_APP_FAULT_H

/* From now on SIGBUS (the mapped file ends early or cannot be read) ends the process with the exit
 * code of damage and words that say what to do; SIGSEGV, which damage or a fault of the program can
 * cause, says so and ends as it always does. Handlers that are there already (of a sanitizer) stay.
 * May be called again. */
void en_fault_watch(void);

#endif
