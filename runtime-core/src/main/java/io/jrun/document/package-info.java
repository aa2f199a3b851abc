// SPDX-License-Identifier: Apache-2.0

/**
 * Documents that are printed or handed on: a container's state, what its cgroup has used, what this
 * runtime can do.
 */
package io.jrun.document;
