/* The main function of the tests that have none of their own. */
#include "tests/support/test.h"

int main(void) {
    test_run_all();
    return test_report();
}
