/* play: carries out the script of a case in a trial. */
#ifndef WSCHECK_PLAY_H
#define WSCHECK_PLAY_H

#include "wscheck/script.h"
#include "wscheck/trial.h"

struct play {
    struct trial *trial;
    const struct script *script;
    size_t announced; /* the messages wanted before this step are known to the trial */
    bool connected;
    bool early;    /* the frames leave together with the request */
    bool sync;     /* each frame leaves on its own */
    bool done;     /* the script has said how the connection ends */
    uint8_t *rest; /* of an unfinished request */
    size_t rest_length;
    const char *query; /* behind the path of a client's URL; or NULL */
};

/* Plays the whole script. The verdict is in the trial. */
void play_script(struct trial *trial, const struct script *script);

/* play_request.c: the words about the handshake. Returns false if the word is none of them. */
bool play_request_word(struct play *play, const struct script_step *step);
void play_connect(struct play *play);

/* play_guest.c: all words, when a client is under test; and those that mean the same then. */
void play_guest_step(struct play *play, size_t index);
void play_ordinary_step(struct play *play, size_t index);

/* play_frames.c: sends the frame of a step, and announces the messages that are to come back. */
void play_frame(struct play *play, size_t index);
void play_stuff(struct play *play, const struct script_step *step);

/* play_others.c: other connections that must be served in the meantime. */
void play_meanwhile(struct trial *trial);
void play_crowd(struct trial *trial, size_t count);

/* Whether the server still serves a fresh connection; with `fault` (at least 200 characters) for
 * what is wrong if it does not. */
bool play_is_alive(const struct trial_settings *settings, char *fault, size_t capacity);

#endif
