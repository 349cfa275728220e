// Made from docs/openapi/server.json by `npm run openapi`.
export interface paths {
    "/api/v2/builds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Builds, page by page; those with a first-boot script are not in it */
        get: operations["listBuilds"];
        put?: never;
        /** Ask for an image: answered from the store, joined to one that is being built, or enqueued */
        post: operations["createBuild"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/builds/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A build as it is now; once it is done with everything it made */
        get: operations["getBuild"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/builds/{id}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is different in this build's image, compared with another one's */
        get: operations["compareBuilds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/builds/{id}/drop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Forget a build and its files, whatever it is at; the next who asks has it built anew */
        post: operations["dropBuild"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/builds/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A build as it goes on: `build` events whenever it has changed, `line` events for its output, `end` at its end */
        get: operations["watchBuild"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/builds/{id}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lines of a build's output, as far as it has come */
        get: operations["getBuildLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/builds/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have a build that failed tried again at once, in front of all that wait */
        post: operations["retryBuild"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/builds/{id}/withdrawals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a request back; the build stops when nobody is left who asked for it */
        post: operations["withdrawBuild"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/catalog/branches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How much is read from upstream for each branch, how old it is, and how much of it is in trouble */
        get: operations["listCatalogBranches"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/catalog/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask upstream now what is newer of all that anybody has asked for */
        post: operations["refreshCatalog"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/catalog/resources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything that is read from upstream, how old it is, and what is wrong with it since when */
        get: operations["listResources"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/distributions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The distributions that are served */
        get: operations["listDistributions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/distributions/{distribution}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A distribution, with its newest versions */
        get: operations["getDistribution"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/distributions/{distribution}/branches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A distribution's branches, newest first */
        get: operations["listBranches"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/distributions/{distribution}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Versions that images can be had of, newest first */
        get: operations["listVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/distributions/{distribution}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A version; one that was just released is found, too */
        get: operations["getVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/distributions/{distribution}/versions/{version}/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Devices by what somebody types of their name, best match first */
        get: operations["findModels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/distributions/{distribution}/versions/{version}/targets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A version's targets, with the architecture of their packages */
        get: operations["listTargets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/distributions/{distribution}/versions/{version}/targets/{target}/{subtarget}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A target: its revision, its default packages and its profiles */
        get: operations["getTarget"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/distributions/{distribution}/versions/{version}/targets/{target}/{subtarget}/package-sets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a choice of packages comes to: all that would be installed, its size, and what can't be had */
        post: operations["resolvePackages"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/distributions/{distribution}/versions/{version}/targets/{target}/{subtarget}/packages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Packages that a target can have, by name and description */
        get: operations["findPackages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/distributions/{distribution}/versions/{version}/targets/{target}/{subtarget}/packages/{package}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A package that a target can have, with all that is known of it */
        get: operations["getPackage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/distributions/{distribution}/versions/{version}/targets/{target}/{subtarget}/profiles/{profile}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A profile, by its name or by a board name of its devices */
        get: operations["getProfile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/gc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was removed last, since it wasn't kept any longer, and when */
        get: operations["getLastCollection"];
        put?: never;
        /** Remove now what isn't kept any longer, or say what would go */
        post: operations["collectGarbage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What waits, for which target, since when and why */
        get: operations["getQueue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/server": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This server: its version, what it serves, and its limits */
        get: operations["getServer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/stats/build-errors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Why builds failed */
        get: operations["listBuildErrors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/stats/clients": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Programs that asked for builds in the last 30 days */
        get: operations["getStatsByClient"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/stats/days": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Builds and upgrade checks of each of the last 30 days */
        get: operations["getStatsByDay"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/stats/durations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How long builds took in the last 30 days */
        get: operations["getStatsOfDurations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/stats/failures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Causes that builds failed for in the last 30 days, by their codes */
        get: operations["getStatsByFailure"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/stats/packages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Packages that were asked for most in the last 30 days */
        get: operations["getStatsByPackage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/stats/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How much there is, and how much is going on */
        get: operations["getStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/stats/targets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Targets that most images were built for */
        get: operations["getStatsByTarget"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/stats/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Builds of each version in each of the last 26 weeks */
        get: operations["getStatsByVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tokens there are, without the tokens themselves */
        get: operations["listTokens"];
        put?: never;
        /** Make a token */
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tokens/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Make a token worthless, by its id or its name */
        delete: operations["revokeToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/upgrade-checks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What is newer for a device, and which packages it would have then, each change with its reason */
        post: operations["checkUpgrade"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Workers, what each of them builds, and what keeps it from building */
        get: operations["listWorkers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process answers */
        get: operations["isLive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether requests should be sent here: the database answers, and something of a catalog is there */
        get: operations["isReady"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Artifact: {
            filesystem: string | null;
            name: string;
            sha256: string;
            /** @description Bytes. */
            size: number;
            /** @description Of an image: `sysupgrade`, `factory`, …; null for what belongs to it. */
            type: string | null;
            /** @description Below the server; what is there never changes. */
            url: string;
            use: components["schemas"]["ImageUse"] | null;
        };
        AskedBuild: {
            build: components["schemas"]["Build"];
            /**
             * @description It was there; somebody asked for the same before and it isn't finished; it waits from now on.
             * @enum {string}
             */
            outcome: "hit" | "joined" | "new";
            /** @description Whoever has it may withdraw this request. Shown only now. */
            secret: string;
        };
        Branch: {
            branch_off_rev: number | null;
            enabled: boolean;
            name: string;
            path: string;
            snapshot: boolean;
            /** @description Newest first. */
            versions: string[];
        };
        BranchList: {
            /** Format: date-time */
            changed_at: string;
            items: components["schemas"]["Branch"][];
            /** @description Cursor of what comes after; null at the end. */
            next: string | null;
            trouble: components["schemas"]["Trouble"] | null;
            /**
             * @description By a configured key; upstream signs it not; no key is configured.
             * @enum {string}
             */
            trust: "verified" | "unsigned" | "unchecked";
        };
        Build: {
            distribution: string;
            /** Format: date-time */
            enqueued_at: string;
            /**
             * Format: date-time
             * @description Until then it is there.
             */
            expires_at: string | null;
            failure: components["schemas"]["BuildFailure"] | null;
            filesystem: string | null;
            /** Format: date-time */
            finished_at: string | null;
            /** @description Whether a first-boot script is in it; what it says isn't shown. */
            has_defaults: boolean;
            id: string;
            packages: string[];
            /** @description Builds in front of it, while it is queued. */
            position: number | null;
            profile: string;
            result: components["schemas"]["BuildResult"] | null;
            rootfs_size_mb: number | null;
            /** Format: date-time */
            started_at: string | null;
            /** @enum {string} */
            state: "queued" | "running" | "done" | "failed" | "withdrawn";
            /** @enum {string|null} */
            step: "start" | "download" | "unpack" | "resolve" | "assemble" | "publish" | null;
            /** @description Of the newest attempt, as far as it has come. */
            steps: {
                /** Format: date-time */
                finished_at: string | null;
                /** Format: date-time */
                started_at: string;
                /** @enum {string} */
                step: "start" | "download" | "unpack" | "resolve" | "assemble" | "publish";
            }[];
            target: string;
            version: string;
            /** @description Why it doesn't begin though it may be its turn. */
            waits_for: string | null;
        };
        /** @description Newest first; 5,000 are kept. */
        BuildErrors: {
            items: {
                /** Format: date-time */
                at: string;
                message: string;
                profile: string;
                target: string;
                version: string;
            }[];
            total: number;
        };
        /** @description Why there is no image, and what is at fault. */
        BuildFailure: {
            /** @enum {string} */
            code: "missing_package" | "conflicting_packages" | "wrong_package_version" | "broken_package" | "wrong_version" | "unknown_profile" | "unsupported_filesystem" | "too_big" | "incomplete_image" | "refused_repository" | "limit_exceeded" | "imagebuilder_refused" | "imagebuilder_missing" | "build_failed" | "kills_worker" | "mirror_failed" | "worker_failed";
            culprits: {
                detail: string;
                kind: string;
                name: string;
                with: string[];
            }[];
            message: string;
        };
        BuildList: {
            items: components["schemas"]["ListedBuild"][];
            /** @description Cursor of what comes after; null at the end. */
            next: string | null;
            /** @description On all pages together; null: more than 10,000. */
            total: number | null;
        };
        BuildLog: {
            items: components["schemas"]["BuildLogLine"][];
            /** @description `from` of what comes after. */
            next: number;
        };
        BuildLogLine: {
            /** Format: date-time */
            at: string;
            number: number;
            /** @enum {string} */
            stream: "stdout" | "stderr" | "note";
            text: string;
        };
        BuildRequest: {
            /**
             * @description Who asks, for statistics.
             * @default api/2
             */
            client: string;
            /**
             * @description A script that the device runs when it starts the first time.
             * @default null
             */
            defaults: string | null;
            /** @default openwrt */
            distribution: string;
            /**
             * @description Null: all that the device has.
             * @default null
             * @enum {string|null}
             */
            filesystem: "squashfs" | "ext4" | "ubifs" | "erofs" | "jffs2" | "jffs2-nand" | "targz" | "cpiogz" | null;
            /**
             * @description `packages` is all there should be, instead of what comes besides the defaults.
             * @default false
             */
            only: boolean;
            /**
             * @description `-name` leaves one out.
             * @default []
             */
            packages: string[];
            /**
             * @description Versions that packages have to have.
             * @default {}
             */
            packages_versions: {
                [key: string]: string;
            };
            /** @description A profile, or a name that its device goes by. */
            profile: string;
            /**
             * @description Feeds, name → address; those that this server allows.
             * @default {}
             */
            repositories: {
                [key: string]: string;
            };
            /**
             * @description Besides upstream's feeds, or instead of them.
             * @default append
             * @enum {string}
             */
            repositories_mode: "append" | "replace";
            /** @default [] */
            repository_keys: string[];
            /** @default null */
            rootfs_size_mb: number | null;
            /** @description `ath79/generic` */
            target: string;
            /** @description `24.10.5`, `SNAPSHOT`. */
            version: string;
            /**
             * @description `r28427-6df0e3d02a`; another one is a failure then.
             * @default null
             */
            version_code: string | null;
        };
        BuildResult: {
            /** @description Images first, the likeliest wanted before the others. */
            artifacts: components["schemas"]["Artifact"][];
            changes: {
                from: string | null;
                /** @enum {string} */
                kind: "add" | "rename" | "drop";
                reason: string;
                to: string | null;
            }[];
            /** @description Package → version. */
            manifest: {
                [key: string]: string;
            };
            /** @description What the builder was given. */
            packages: string[];
            source_date_epoch: number;
            version_code: string;
            warnings: string[];
        };
        CatalogBranches: {
            items: {
                /** @description Null: what belongs to none. */
                branch: string | null;
                /**
                 * Format: date-time
                 * @description When upstream last confirmed any of it.
                 */
                checked_at: string | null;
                distribution: string;
                in_trouble: number;
                /**
                 * Format: date-time
                 * @description When it confirmed what was confirmed least lately.
                 */
                oldest_at: string | null;
                total: number;
            }[];
            next: null;
        };
        /** @description Why a package of the new set is not the same as one of the old. */
        Change: {
            /** @description What could have been chosen instead. */
            choices: string[];
            from: string[];
            installed_version: string | null;
            /** @enum {string} */
            kind: "rename" | "merge" | "split" | "drop" | "add" | "upgrade" | "downgrade" | "missing";
            /** @description One may not go on without it. */
            mandatory: boolean;
            offered_version: string | null;
            reason: string;
            since: string | null;
            to: string[];
        };
        Distribution: {
            /** @description The distribution whose versions its devices are offered. */
            continued_by: string | null;
            description: string;
            name: string;
            parent: {
                distribution: string;
                version: string;
            } | null;
            title: string;
            upstream_url: string;
        };
        DistributionDetail: components["schemas"]["Distribution"] & {
            /** Format: date-time */
            changed_at: string;
            oldstable: string | null;
            stable: string | null;
            /** @description Releases that one may upgrade from, and not build. */
            starting_points: {
                targets: string[];
                version: string;
            }[];
            trouble: components["schemas"]["Trouble"] | null;
            /**
             * @description By a configured key; upstream signs it not; no key is configured.
             * @enum {string}
             */
            trust: "verified" | "unsigned" | "unchecked";
            /** @description A release candidate that is out. */
            upcoming: string | null;
        };
        DistributionList: {
            items: components["schemas"]["Distribution"][];
            /** @description Cursor of what comes after; null at the end. */
            next: string | null;
        };
        Failure: {
            error: {
                /** @description For programs; the codes of a call are listed with it. */
                code: string;
                /** @description For people, a whole sentence. */
                message: string;
            } & {
                [key: string]: unknown;
            };
            /** @description Under this the server's log says more. */
            request_id?: string;
        } & {
            [key: string]: unknown;
        };
        GcReport: {
            aliases: number;
            budget: number;
            /** @description Another process was at it: nothing was done. */
            busy: boolean;
            dry_run: boolean;
            /** @description Builds whose time was ended for the budget's sake: they go minutes later, unless somebody wants them. */
            evicted: {
                bytes: number;
                count: number;
            };
            /** @description What the store didn't remove; it is tried again. */
            failed: number;
            /** @description Bytes of builds that stay. */
            kept: number;
            /** @description The first 100 of them. */
            listed: {
                /** @example 24.10.5 ath79/generic */
                about: string | null;
                build: string;
                bytes: number;
                /** @enum {string} */
                reason: "expired" | "failed" | "withdrawn" | "over_budget" | "stray";
                /** Format: date-time */
                used_at: string | null;
            }[];
            /** @description What went, or would go, by reason; `stray` is what the store had and no build. */
            removed: {
                bytes: number;
                count: number;
                /** @enum {string} */
                reason: "expired" | "failed" | "withdrawn" | "over_budget" | "stray";
            }[];
            /** @description False: time ran out; the next collection goes on. */
            whole: boolean;
        };
        /** @description `report` is of the last that came to its end. */
        GcRun: {
            /** Format: date-time */
            began_at: string;
            /**
             * Format: date-time
             * @description Null while it goes on, or when it was cut.
             */
            ended_at: string | null;
            report: components["schemas"]["GcReport"] | null;
            /** @description Why it broke off. */
            trouble: string | null;
        };
        /** @description One that upstream has built. */
        Image: {
            filesystem?: string;
            name: string;
            sha256?: string;
            /** @description Bytes. */
            size?: number;
            type: string;
            use: components["schemas"]["ImageUse"];
        };
        /** @description Bytes; null where upstream doesn't say, as it doesn't before 25.12. */
        ImageRoom: {
            /** @description About, with what was asked for. */
            expected_size: number | null;
            /** @description The largest image that the device takes. */
            limit: number | null;
            /** @description Upstream's own image, with nothing asked for. */
            upstream_size: number | null;
        };
        /**
         * @description What an image is for. `upgrade`: written by a device that runs the system already; `disk`: a whole disk or card, to begin with and to upgrade; `install`: written by what the device came with; `boot`: started, and kept nowhere; `part`: a piece of the others.
         * @enum {string}
         */
        ImageUse: "upgrade" | "disk" | "install" | "boot" | "part";
        LastGcRun: {
            /** @description How often servers collect by themselves. */
            every_seconds: number;
            last: components["schemas"]["GcRun"] | null;
        };
        ListedBuild: {
            attempt: number;
            distribution: string;
            /** Format: date-time */
            enqueued_at: string;
            /** Format: date-time */
            expires_at: string | null;
            failure: {
                code: string;
                message: string;
            } | null;
            /** Format: date-time */
            finished_at: string | null;
            id: string;
            packages: string[];
            profile: string;
            /** Format: date-time */
            started_at: string | null;
            /** @enum {string} */
            state: "queued" | "running" | "done" | "failed" | "withdrawn";
            /** @enum {string|null} */
            step: "start" | "download" | "unpack" | "resolve" | "assemble" | "publish" | null;
            target: string;
            version: string;
            /** @description Why it doesn't begin though it may be its turn. */
            waits_for: string | null;
            /** @description Who has it, or had it last. */
            worker: string | null;
        };
        Live: {
            /** @enum {string} */
            status: "ok";
        };
        MadeToken: components["schemas"]["Token"] & {
            /** @description Shown only now. */
            token: string;
        };
        ManifestDiff: {
            added: {
                name: string;
                version: string;
            }[];
            changed: {
                from: string;
                name: string;
                to: string;
            }[];
            removed: {
                name: string;
                version: string;
            }[];
            unchanged: number;
        };
        Model: {
            profile: string;
            target: string;
            titles: components["schemas"]["Title"][];
        };
        ModelList: {
            /** Format: date-time */
            changed_at: string;
            items: components["schemas"]["Model"][];
            /** @description Cursor of what comes after; null at the end. */
            next: string | null;
            trouble: components["schemas"]["Trouble"] | null;
            /**
             * @description By a configured key; upstream signs it not; no key is configured.
             * @enum {string}
             */
            trust: "verified" | "unsigned" | "unchecked";
        };
        /** @description Most first. */
        NamedCounts: {
            items: {
                count: number;
                name: string;
            }[];
        };
        NewToken: {
            /**
             * Format: date-time
             * @default null
             */
            expires_at: string | null;
            name: string;
            scopes: components["schemas"]["Scope"][];
        };
        Package: {
            depends: string[];
            description: string | null;
            feed: string;
            /** @description Bytes once it is installed. */
            installed_size: number | null;
            name: string;
            /** @description Bytes of the package file. */
            size: number | null;
            version: string;
        };
        PackageChoice: {
            /**
             * @description `packages` is all there should be.
             * @default false
             */
            only: boolean;
            /**
             * @description Besides what the device has anyway; `-name` leaves one out.
             * @default []
             */
            packages: string[];
            /**
             * @description A profile or a board's name; null: what all devices of the target have.
             * @default null
             */
            profile: string | null;
        };
        PackageDetail: components["schemas"]["Package"] & {
            abi: string | null;
            /** Format: date-time */
            changed_at: string;
            conflicts: string[];
            provides: string[];
            trouble: components["schemas"]["Trouble"] | null;
            /**
             * @description By a configured key; upstream signs it not; no key is configured.
             * @enum {string}
             */
            trust: "verified" | "unsigned" | "unchecked";
        };
        PackageList: {
            /** Format: date-time */
            changed_at: string;
            items: components["schemas"]["Package"][];
            /** @description Cursor of what comes after; null at the end. */
            next: string | null;
            trouble: components["schemas"]["Trouble"] | null;
            /**
             * @description By a configured key; upstream signs it not; no key is configured.
             * @enum {string}
             */
            trust: "verified" | "unsigned" | "unchecked";
        };
        PackageSet: {
            /** Format: date-time */
            changed_at: string;
            /** @description Pairs that can't be installed together. */
            conflicts: {
                name: string;
                with: string;
            }[];
            image: components["schemas"]["ImageRoom"];
            /** @description All that would be installed, by name. */
            items: {
                /** @description It wouldn't be there if nothing was asked for. */
                added: boolean;
                /** @description Bytes once it is installed. */
                installed_size: number | null;
                name: string;
                /** @description The first that depends on it; null: none needs to. */
                needed_by: string | null;
                /** @description Bytes of the package file. */
                size: number | null;
                version: string;
                /**
                 * @description The device has it anyway; it was asked for; another package depends on it.
                 * @enum {string}
                 */
                why: "default" | "asked" | "needed";
            }[];
            /** @description What others depend on, and nobody has. */
            missing: {
                name: string;
                needed_by: string | null;
            }[];
            own: components["schemas"]["PackageSizes"] & unknown;
            /** @description What would be there if nothing was asked for. */
            removed: {
                /** @description Bytes once it is installed. */
                installed_size: number | null;
                name: string;
                /** @description Bytes of the package file. */
                size: number | null;
                version: string;
            }[];
            total: components["schemas"]["PackageSizes"];
            trouble: components["schemas"]["Trouble"] | null;
            /**
             * @description By a configured key; upstream signs it not; no key is configured.
             * @enum {string}
             */
            trust: "verified" | "unsigned" | "unchecked";
            /** @description Asked for, and no package is called that or provides it. */
            unknown: string[];
        };
        /** @description Sums, as far as the index says sizes. */
        PackageSizes: {
            installed_size: number;
            size: number;
        };
        Profile: {
            /** Format: date-time */
            changed_at: string;
            device_packages: string[];
            /** @description Bytes of the largest image that it takes; upstream says so since 25.12. */
            image_limit: number | null;
            /** @description The likeliest wanted first. */
            images: components["schemas"]["Image"][];
            name: string;
            /** @description Board names of devices that it is for. */
            supported_devices: string[];
            target: string;
            titles: components["schemas"]["Title"][];
            trouble: components["schemas"]["Trouble"] | null;
            /**
             * @description By a configured key; upstream signs it not; no key is configured.
             * @enum {string}
             */
            trust: "verified" | "unsigned" | "unchecked";
        };
        ProfileName: {
            name: string;
            titles: components["schemas"]["Title"][];
        };
        Queue: {
            /** @description Targets for which something waits; what waits longest is first. */
            items: {
                architecture: string;
                distribution: string;
                /** @description Builds that these could begin now. */
                free: number;
                /** Format: date-time */
                oldest_at: string;
                /** @description Of those that wait: they wait for the time of their next try. */
                retrying: number;
                running: number;
                target: string;
                waiting: number;
                why: string;
                /** @description That are there for it. */
                workers: number;
            }[];
            next: null;
            running: number;
            waiting: number;
        };
        Ready: {
            checks: {
                name: string;
                /** @description Null: all is well. */
                trouble: string | null;
            }[];
            /** @enum {string} */
            status: "ready" | "not_ready";
        };
        Refresh: {
            /** @description Of bodies that upstream sent. */
            bytes: number | null;
            changed: number | null;
            failed: components["schemas"]["Resource"][];
            /** @description It goes on; the resources tell how it ends. */
            running: boolean;
            unchanged: number | null;
        };
        /** @description Without a field: everything. */
        RefreshBody: {
            distribution?: string;
            target?: string;
            version?: string;
        };
        /** @description One thing that is read from upstream, with a state of its own. */
        Resource: {
            branch: string | null;
            /** Format: date-time */
            changed_at: string | null;
            /**
             * Format: date-time
             * @description When upstream last confirmed it; null: never was read.
             */
            checked_at: string | null;
            distribution: string;
            /** @enum {string} */
            kind: "versions" | "targets" | "models" | "target" | "feeds" | "index";
            path: string;
            /** @description Bytes as read. */
            size: number | null;
            trouble: components["schemas"]["Trouble"] | null;
            trust: ("verified" | "unsigned" | "unchecked") | null;
            version: string | null;
        };
        ResourceList: {
            in_trouble: number;
            items: components["schemas"]["Resource"][];
            /** @description Cursor of what comes after; null at the end. */
            next: string | null;
            total: number;
        };
        /** @enum {string} */
        Scope: "catalog:refresh" | "builds:manage" | "workers:read" | "stats:read" | "admin";
        Server: {
            builds: {
                allow_defaults: boolean;
                max_custom_rootfs_size_mb: number;
                max_defaults_length: number;
                repository_allow_list: string[];
            };
            contact: string;
            distributions: string[];
            limits: {
                body_bytes: number;
                burst: number;
                requests_per_second: number;
            };
            /** @enum {string} */
            name: "pawl";
            public_url: string | null;
            version: string;
        };
        /** @description 30 days, oldest first; the last one ends at the next midnight, UTC. */
        StatsDays: {
            items: {
                builds: number;
                /** Format: date-time */
                day: string;
                failures: number;
                hits: number;
                upgrade_checks: number;
            }[];
        };
        /** @description Seconds; `p90`: nine of ten builds took at most that long, as good as the classes tell. */
        StatsDurations: {
            builds: number;
            /** @description Builds that took at most so many seconds, and more than those of the class before. */
            classes: {
                builds: number;
                seconds: number;
            }[];
            p50: number | null;
            p90: number | null;
            p99: number | null;
        };
        StatsSummary: {
            builds_24h: number;
            images: {
                building: number;
                failed: number;
                requested: number;
                stored: number;
                total: number;
            };
            /** @description How many the catalog knows. */
            package_names: number;
            queue_length: number;
            /** @description Bytes of images that are kept; when there are more than the budget, some go before their time. */
            store: {
                budget: number;
                bytes: number;
            };
        };
        StatsTargets: {
            items: {
                build_seconds: number | null;
                count: number;
                target: string;
            }[];
        };
        StatsVersions: {
            items: {
                builds: number[];
                version: string;
            }[];
            /** @description 26, oldest first. */
            weeks: string[];
        };
        Target: {
            architecture: string;
            /** Format: date-time */
            changed_at: string;
            default_packages: string[];
            /** @description The folder of its kernel modules' feed, where there is one. */
            kmods: string | null;
            name: string;
            profiles: components["schemas"]["ProfileName"][];
            /** Format: date-time */
            source_date: string | null;
            trouble: components["schemas"]["Trouble"] | null;
            /**
             * @description By a configured key; upstream signs it not; no key is configured.
             * @enum {string}
             */
            trust: "verified" | "unsigned" | "unchecked";
            /** @description The revision: `r28427-6df0e3d02a`. */
            version_code: string;
            version_number: string;
        };
        TargetList: {
            /** Format: date-time */
            changed_at: string;
            items: components["schemas"]["TargetName"][];
            /** @description Cursor of what comes after; null at the end. */
            next: string | null;
            trouble: components["schemas"]["Trouble"] | null;
            /**
             * @description By a configured key; upstream signs it not; no key is configured.
             * @enum {string}
             */
            trust: "verified" | "unsigned" | "unchecked";
        };
        TargetName: {
            architecture: string;
            name: string;
        };
        /** @description Upstream has either a vendor and a model, or a title. */
        Title: {
            model?: string;
            title?: string;
            variant?: string;
            vendor?: string;
        };
        Token: {
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string | null;
            id: string;
            /** Format: date-time */
            last_used_at: string | null;
            name: string;
            scopes: components["schemas"]["Scope"][];
        };
        TokenList: {
            items: components["schemas"]["Token"][];
            next: null;
        };
        /** @description Why what is served may be older than what upstream has. */
        Trouble: {
            code: string;
            /**
             * Format: date-time
             * @description When upstream last confirmed what is served instead.
             */
            data_from: string | null;
            message: string;
            /** Format: date-time */
            retry_at: string | null;
            /** Format: date-time */
            since: string;
            /** @description Of upstream's answer; null: there was none. */
            upstream_status: number | null;
        };
        Upgrade: {
            changes: components["schemas"]["Change"][];
            new_release: boolean;
            /** @description Why nothing is offered, in a sentence. */
            notice: string | null;
            /** @description The installed release itself when nothing is newer. */
            offered: components["schemas"]["Version"] | null;
            /** @description The package set for the offered release. */
            packages: string[] | null;
            revision: string | null;
            /** @description In the offered release, where it was renamed. */
            target: string | null;
            upgrades: {
                installed: string;
                offered: string;
                package: string;
            }[];
        };
        UpgradeCheck: {
            /** @example openwrt */
            distribution: string;
            /**
             * @description Installed packages and their versions.
             * @example {
             *       "luci": "git-23.339.51123"
             *     }
             */
            installed?: {
                [key: string]: string;
            } | null;
            /** @description The profile or the board name. */
            profile?: string | null;
            /**
             * @description Decides between two snapshots.
             * @example r24106-10cc5fcd00
             */
            revision?: string | null;
            /**
             * @description As the installed release calls it.
             * @example ath79/generic
             */
            target?: string | null;
            /**
             * @description Whether newer packages are told of although the release stays.
             * @default true
             */
            upgrade_packages: boolean;
            /**
             * @description The installed release.
             * @example 23.05.5
             */
            version: string;
            /** @description The version to go to; by default the newest stable one. */
            wanted?: string;
        };
        Version: {
            branch: string;
            distribution: string;
            /** @enum {string} */
            kind: "release" | "candidate" | "snapshot";
            name: string;
            /** @description Below the distribution's upstream_url. */
            path: string;
        };
        VersionList: {
            /** Format: date-time */
            changed_at: string;
            items: components["schemas"]["Version"][];
            /** @description Cursor of what comes after; null at the end. */
            next: string | null;
            trouble: components["schemas"]["Trouble"] | null;
            /**
             * @description By a configured key; upstream signs it not; no key is configured.
             * @enum {string}
             */
            trust: "verified" | "unsigned" | "unchecked";
        };
        Worker: {
            architecture: string;
            /** @description What it builds now, but for those with a first-boot script. */
            builds: {
                id: string;
                profile: string;
                /** Format: date-time */
                started_at: string | null;
                /** @enum {string|null} */
                step: "start" | "download" | "unpack" | "resolve" | "assemble" | "publish" | null;
                target: string;
                version: string;
            }[];
            /** @description It was told to stop: it begins nothing any more. */
            draining: boolean;
            id: string;
            name: string;
            /** @description Builds at a time. */
            parallel: number;
            running: number;
            /** Format: date-time */
            seen_at: string;
            /** Format: date-time */
            started_at: string;
            /** @description It builds for these; `*` is any text. */
            targets: string[];
            /** @description False: nothing was heard of it for 15 seconds. */
            there: boolean;
            /** @description Why it builds nothing. */
            trouble: string | null;
        };
        WorkerList: {
            items: components["schemas"]["Worker"][];
            next: null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listBuilds: {
        parameters: {
            query?: {
                /** @description `next` of the answer before; nothing begins anew. */
                cursor?: string;
                distribution?: string;
                /** @description How many at most. */
                limit?: number;
                profile?: string;
                /** @description Words of its profile, target or version, or the beginning of its id. */
                query?: string;
                /** @description By how long they took: only those that have ended. */
                sort?: "newest" | "oldest" | "slowest" | "quickest";
                state?: "queued" | "running" | "done" | "failed" | "withdrawn";
                target?: string;
                version?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BuildList"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: forbidden. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    createBuild: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BuildRequest"];
            };
        };
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AskedBuild"];
                };
            };
            /** @description It has begun, and goes on by itself. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AskedBuild"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unknown_distribution, unknown_profile, unknown_target, unknown_version. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: payload_too_large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unsupported_media_type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unknown_package, unprocessable. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: upstream_refused. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: builds_unavailable, database_full, database_unavailable, not_loaded, queue_full. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getBuild: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Build"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: not_found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    compareBuilds: {
        parameters: {
            query: {
                /** @description The build before. */
                against: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ManifestDiff"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: not_found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unprocessable. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    dropBuild: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Build"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: forbidden. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: not_found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal, store_failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    watchBuild: {
        parameters: {
            query?: {
                /** @description The first line to be sent; Last-Event-ID goes before it. */
                from?: number | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["Build"] | components["schemas"]["BuildLogLine"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: not_found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getBuildLog: {
        parameters: {
            query?: {
                from?: number | null;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BuildLog"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: not_found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    retryBuild: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Build"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: forbidden. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: not_found, unknown_distribution, unknown_target, unknown_version. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unprocessable. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: upstream_refused. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_full, database_unavailable, not_loaded. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    withdrawBuild: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    secret: string;
                };
            };
        };
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Build"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: forbidden. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: not_found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: payload_too_large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unsupported_media_type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    listCatalogBranches: {
        parameters: {
            query?: {
                distribution?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CatalogBranches"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unknown_distribution. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    refreshCatalog: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefreshBody"];
            };
        };
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refresh"];
                };
            };
            /** @description It has begun, and goes on by itself. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refresh"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: forbidden. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unknown_distribution, unknown_version. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: payload_too_large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unsupported_media_type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: upstream_refused. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_full, database_unavailable, not_loaded. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    listResources: {
        parameters: {
            query?: {
                branch?: string;
                /** @description `next` of the answer before; nothing begins anew. */
                cursor?: string;
                distribution?: string;
                kind?: "versions" | "targets" | "models" | "target" | "feeds" | "index";
                /** @description How many at most. */
                limit?: number;
                /** @description Part of the path. */
                query?: string;
                /** @description By path; by when upstream last confirmed it; or what is in trouble first, the oldest trouble before all. */
                sort?: "path" | "oldest" | "newest" | "trouble";
                target?: string;
                /** @description Only those with trouble, or only those without. */
                trouble?: boolean;
                version?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResourceList"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unknown_distribution. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    listDistributions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DistributionList"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getDistribution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                distribution: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DistributionDetail"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unknown_distribution. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: upstream_refused. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_full, database_unavailable, not_loaded. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    listBranches: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                distribution: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BranchList"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unknown_distribution. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: upstream_refused. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_full, database_unavailable, not_loaded. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    listVersions: {
        parameters: {
            query?: {
                branch?: string;
                /** @description `next` of the answer before; nothing begins anew. */
                cursor?: string;
                kind?: "release" | "candidate" | "snapshot";
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path: {
                distribution: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionList"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unknown_distribution. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: upstream_refused. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_full, database_unavailable, not_loaded. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                distribution: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Version"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unknown_distribution, unknown_version. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: upstream_refused. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_full, database_unavailable, not_loaded. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    findModels: {
        parameters: {
            query?: {
                /** @description `next` of the answer before; nothing begins anew. */
                cursor?: string;
                /** @description How many at most. */
                limit?: number;
                /** @description Words in any order, as somebody types them. */
                query?: string;
            };
            header?: never;
            path: {
                distribution: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelList"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unknown_distribution, unknown_version. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: upstream_refused. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_full, database_unavailable, not_loaded. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    listTargets: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                distribution: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TargetList"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unknown_distribution, unknown_version. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: upstream_refused. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_full, database_unavailable, not_loaded. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getTarget: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                distribution: string;
                subtarget: string;
                target: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Target"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unknown_distribution, unknown_target, unknown_version. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: upstream_refused. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_full, database_unavailable, not_loaded. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    resolvePackages: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                distribution: string;
                subtarget: string;
                target: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PackageChoice"];
            };
        };
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PackageSet"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unknown_distribution, unknown_profile, unknown_target, unknown_version. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: payload_too_large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unsupported_media_type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: upstream_refused. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_full, database_unavailable, not_loaded. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    findPackages: {
        parameters: {
            query?: {
                /** @description `next` of the answer before; nothing begins anew. */
                cursor?: string;
                /** @description `base`, `luci`, `target`, … */
                feed?: string;
                /** @description How many at most. */
                limit?: number;
                /** @description Words in any order, as somebody types them. */
                query?: string;
            };
            header?: never;
            path: {
                distribution: string;
                subtarget: string;
                target: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PackageList"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unknown_distribution, unknown_target, unknown_version. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: upstream_refused. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_full, database_unavailable, not_loaded. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getPackage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                distribution: string;
                package: string;
                subtarget: string;
                target: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PackageDetail"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: not_found, unknown_distribution, unknown_target, unknown_version. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: upstream_refused. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_full, database_unavailable, not_loaded. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getProfile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                distribution: string;
                profile: string;
                subtarget: string;
                target: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Profile"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unknown_distribution, unknown_profile, unknown_target, unknown_version. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: upstream_refused. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_full, database_unavailable, not_loaded. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getLastCollection: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LastGcRun"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: forbidden. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    collectGarbage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default false */
                    dry_run?: boolean;
                };
            };
        };
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GcReport"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: forbidden. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: payload_too_large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unsupported_media_type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal, store_failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable, store_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getQueue: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Queue"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: forbidden. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getServer: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Server"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    listBuildErrors: {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BuildErrors"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: forbidden. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getStatsByClient: {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NamedCounts"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: forbidden. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getStatsByDay: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatsDays"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getStatsOfDurations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatsDurations"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getStatsByFailure: {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NamedCounts"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getStatsByPackage: {
        parameters: {
            query?: {
                branch?: string;
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NamedCounts"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getStats: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatsSummary"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getStatsByTarget: {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatsTargets"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getStatsByVersion: {
        parameters: {
            query?: {
                branch?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatsVersions"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    listTokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenList"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: forbidden. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    createToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewToken"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeToken"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: forbidden. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: payload_too_large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unsupported_media_type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    revokeToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: forbidden. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: not_found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    checkUpgrade: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpgradeCheck"];
            };
        };
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upgrade"];
                };
            };
            /** @description Code: bad_request. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unknown_distribution, unknown_profile, unknown_target, unknown_version. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: payload_too_large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unsupported_media_type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: unknown_package. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: upstream_refused. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_full, database_unavailable, not_loaded. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    listWorkers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerList"];
                };
            };
            /** @description Code: unauthorized. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: forbidden. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: too_many_requests. */
            429: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Code: database_unavailable. */
            503: {
                headers: {
                    /** @description In seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    isLive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Live"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    isReady: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
            /** @description Code: internal. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
        };
    };
}
