/* Step 7: the client of step 6, which offers compression when it is told to. */
#include "step06_client/command.h"
#include "step07_deflate/permessage_deflate.h"
#include "step07_deflate/wishes.h"

int main(int argc, char **argv) {
    struct command command;
    struct options options;
    struct wishes wishes;
    struct permessage_deflate deflate;
    char offer[PARAMETERS_TEXT_MAX];
    bool compress = false;
    command_init(&command, &options, "step07_client",
                 "Step 7: the client of step 6, with compression.");
    options_add_flag(&options, "--compress", &compress, "offer permessage-deflate to the server");
    wishes_init(&wishes, &options);
    int status = command_parse(&command, &options, argc, argv);
    if (status != OPTIONS_GO_ON) {
        return status;
    }
    const struct parameters parameters = wishes_parameters(&wishes);
    permessage_deflate_init(&deflate, &parameters, false);
    parameters_offer(&parameters, offer);
    const struct client_extension extension = {offer, permessage_deflate_accept, &deflate,
                                               &deflate.layer};
    command.offer.extension = compress ? &extension : NULL;
    status = command_run(&command);
    permessage_deflate_free(&deflate);
    return status;
}
