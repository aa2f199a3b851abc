// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Maps what config.md holds: the root object, root, mounts, hooks. Mappers follow the order of the
 * specification's Go structs.
 */
final class SpecMapper {
  private SpecMapper() {}

  static Spec spec(Fields f) {
    Spec spec =
        new Spec(
            f.string("ociVersion"),
            root(f.object("root")),
            ProcessMapper.process(f.object("process")),
            f.string("hostname"),
            f.string("domainname"),
            mounts(f.objects("mounts")),
            hooks(f.object("hooks")),
            f.stringMap("annotations"),
            LinuxMapper.linux(f.object("linux")));
    f.ignore("solaris", "windows", "vm", "zos", "freebsd");
    f.end();
    return spec;
  }

  private static Root root(Fields f) {
    if (f == null) {
      return null;
    }
    f.require("path");
    Root root = new Root(f.string("path"), f.bool("readonly"));
    f.end();
    return root;
  }

  private static List<Mount> mounts(List<Fields> elements) {
    if (elements == null) {
      return null;
    }
    List<Mount> mounts = new ArrayList<>(elements.size());
    for (Fields f : elements) {
      f.require("destination");
      mounts.add(
          new Mount(
              f.string("destination"),
              f.string("type"),
              f.string("source"),
              f.strings("options"),
              LinuxMapper.idMappings(f.objects("uidMappings")),
              LinuxMapper.idMappings(f.objects("gidMappings"))));
      f.end();
    }
    return Collections.unmodifiableList(mounts);
  }

  private static Hooks hooks(Fields f) {
    if (f == null) {
      return null;
    }
    Hooks hooks =
        new Hooks(
            hookList(f.objects("prestart")),
            hookList(f.objects("createRuntime")),
            hookList(f.objects("createContainer")),
            hookList(f.objects("startContainer")),
            hookList(f.objects("poststart")),
            hookList(f.objects("poststop")));
    f.end();
    return hooks;
  }

  private static List<Hook> hookList(List<Fields> elements) {
    if (elements == null) {
      return null;
    }
    List<Hook> hooks = new ArrayList<>(elements.size());
    for (Fields f : elements) {
      f.require("path");
      hooks.add(
          new Hook(f.string("path"), f.strings("args"), f.strings("env"), f.int32("timeout")));
      f.end();
    }
    return Collections.unmodifiableList(hooks);
  }
}
