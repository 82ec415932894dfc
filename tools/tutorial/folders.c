#include "tools/tutorial/folders.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_left_out(const char *path, const char *name, const char *build) {
    return name[0] == '.' || strcmp(name, "node_modules") == 0 || strcmp(path, "build") == 0 ||
           strcmp(path, build) == 0;
}

/* `folder` is "" for the top, else a path that ends with '/'. */
/* NOLINTNEXTLINE(misc-no-recursion): as deep as the folders of this project. */
static void find(const char *folder, const char *build, struct lines *paths) {
    DIR *directory = opendir(folder[0] != '\0' ? folder : ".");
    const struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        const char *name = entry->d_name;
        size_t len = strlen(folder) + strlen(name), name_len = strlen(name);
        char *path = lines_grow(NULL, len + 2, 1);
        struct stat status;
        snprintf(path, len + 2, "%s%s", folder, name);
        if (is_left_out(path, name, build) || lstat(path, &status) != 0) {
            /* Not a part of the repository. */
        } else if (S_ISDIR(status.st_mode)) {
            strcpy(path + len, "/");
            find(path, build, paths);
        } else if (name_len > 3 && strcmp(name + name_len - 3, ".md") == 0) {
            lines_add(paths, path, len);
        }
        free(path);
    }
    if (directory != NULL) {
        closedir(directory);
    }
}

static int compare(const void *one, const void *other) {
    return strcmp(*(char *const *)one, *(char *const *)other);
}

void folders_find_documents(const char *build, struct lines *paths) {
    find("", build, paths);
    if (paths->count > 0) {
        qsort(paths->line, paths->count, sizeof *paths->line, compare);
    }
}
