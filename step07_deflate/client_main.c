/* Step 7: the client of step 6, which offers compression when it is told to. */
#include "step06_client/client_options.h"
#include "step07_deflate/permessage_deflate.h"
#include "step07_deflate/permessage_options.h"

int main(int argc, char **argv) {
    struct client_options client;
    struct options options;
    struct permessage_options permessage;
    struct permessage_deflate deflate;
    char offer[PERMESSAGE_NEGOTIATION_TEXT_MAX];
    bool compress = false;
    client_options_init(&client, &options, "step07_client",
                        "Step 7: the client of step 6, with compression.");
    options_add_flag(&options, "--compress", &compress, "offer permessage-deflate to the server");
    permessage_options_init(&permessage, &options);
    int status = client_options_parse(&client, &options, argc, argv);
    if (status != OPTIONS_GO_ON) {
        return status;
    }
    const struct permessage_parameters parameters = permessage_options_parameters(&permessage);
    permessage_deflate_init(&deflate, &parameters, false);
    permessage_negotiation_offer(&parameters, offer);
    const struct client_extension extension = {offer, permessage_deflate_accept, &deflate,
                                               &deflate.layer};
    client.offer.extension = compress ? &extension : NULL;
    status = client_options_run(&client);
    permessage_deflate_free(&deflate);
    return status;
}
