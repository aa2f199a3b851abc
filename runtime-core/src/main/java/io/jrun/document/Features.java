// SPDX-License-Identifier: Apache-2.0
package io.jrun.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.jrun.container.ContainerSpec;
import io.jrun.container.HooksSpec;
import io.jrun.container.InvalidSpecException;
import io.jrun.container.MountOptions;
import io.jrun.container.NamespaceType;
import io.jrun.container.ProcessSpec;
import io.jrun.linux.Capability;
import io.jrun.linux.MemoryPolicyFlag;
import io.jrun.linux.MemoryPolicyMode;
import io.jrun.seccomp.SeccompFeatures;
import io.jrun.spec.SpecReader;
import io.jrun.systemd.UnitProperties;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * What this build of jrun can do, whatever the host can: features.md and features-linux.md of the
 * runtime specification. Each list is the parser's own; what is enabled is what the parser does not
 * refuse, which is asked each time.
 *
 * <pre>
 * {
 *     "ociVersionMin": "1.0.0",
 *     "ociVersionMax": "1.3.0",
 *     "hooks": [
 *         "prestart",
 * </pre>
 */
public final class Features {
  private static final String LOWEST_VERSION = "1.0.0";
  private static final String INDENT = "    ";
  private static final String PROCESS = "'args':['a'],'cwd':'/'";
  private static final String MOUNT = "'namespaces':[{'type':'mount'}]";
  private static final String LINUX = "'linux':{" + MOUNT + "}";
  private static final String MAPPINGS =
      "'uidMappings':[{'containerID':0,'hostID':1000,'size':1}],"
          + "'gidMappings':[{'containerID':0,'hostID':1000,'size':1}]";

  private final JsonGenerator json;

  private Features(JsonGenerator json) {
    this.json = json;
  }

  /**
   * The document, indented by four, with a final newline.
   *
   * @param version jrun's own
   * @param commit what it was built from
   * @param core what kind of core this is, in a word
   */
  public static String document(String version, String commit, String core) {
    StringWriter out = new StringWriter();
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter()
            .withSeparators(
                com.fasterxml.jackson.core.PrettyPrinter.DEFAULT_SEPARATORS
                    .withObjectFieldValueSpacing(
                        com.fasterxml.jackson.core.util.Separators.Spacing.AFTER));
    DefaultIndenter indenter = new DefaultIndenter(INDENT, "\n");
    printer.indentObjectsWith(indenter);
    printer.indentArraysWith(indenter);
    try (JsonGenerator json = new JsonFactory().createGenerator(out).setPrettyPrinter(printer)) {
      new Features(json).write(version, commit, core);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.append('\n').toString();
  }

  private void write(String version, String commit, String core) throws IOException {
    json.writeStartObject();
    json.writeStringField("ociVersionMin", LOWEST_VERSION);
    json.writeStringField("ociVersionMax", StateDocument.OCI_VERSION);
    list("hooks", HooksSpec.KINDS);
    list("mountOptions", MountOptions.words().stream().sorted().toList());
    json.writeObjectFieldStart("linux");
    list("namespaces", namespaces());
    names("capabilities", Capability.values());
    json.writeObjectFieldStart("cgroup");
    json.writeBooleanField("v1", false);
    json.writeBooleanField("v2", true);
    json.writeBooleanField("systemd", true);
    json.writeBooleanField("systemdUser", true);
    json.writeBooleanField(
        "rdma", accepts("'linux':{" + MOUNT + ",'resources':{'rdma':{'d':{'hcaHandles':1}}}}"));
    json.writeEndObject();
    seccomp();
    enabled("apparmor", accepts("'process':{" + PROCESS + ",'apparmorProfile':'p'}," + LINUX));
    enabled("selinux", accepts("'process':{" + PROCESS + ",'selinuxLabel':'l'}," + LINUX));
    json.writeObjectFieldStart("intelRdt");
    json.writeBooleanField("enabled", intelRdt("'closID':'c'"));
    json.writeBooleanField("schemata", intelRdt("'schemata':['L3:0=f']"));
    json.writeBooleanField("monitoring", intelRdt("'enableMonitoring':true"));
    json.writeEndObject();
    json.writeObjectFieldStart("memoryPolicy");
    names("modes", MemoryPolicyMode.values());
    names("flags", MemoryPolicyFlag.values());
    json.writeEndObject();
    json.writeObjectFieldStart("mountExtensions");
    enabled(
        "idmap",
        accepts(
            "'mounts':[{'destination':'/a','type':'bind','source':'/b','options':['idmap'],"
                + MAPPINGS
                + "}],"
                + LINUX));
    json.writeEndObject();
    enabled(
        "netDevices",
        accepts(
            "'linux':{'namespaces':[{'type':'mount'},{'type':'network'}],'netDevices':{'eth0':{}}}"));
    json.writeEndObject();
    list(
        "potentiallyUnsafeConfigAnnotations",
        List.of(UnitProperties.ANNOTATION, "org.criu.config", ProcessSpec.KEEPS_GROUPS));
    json.writeObjectFieldStart("annotations");
    json.writeStringField("io.jrun.version", version);
    json.writeStringField("io.jrun.commit", commit);
    json.writeStringField("io.jrun.core", core);
    // Under runc's name: it is what engines look for.
    json.writeStringField("org.opencontainers.runc.checkpoint.enabled", "true");
    json.writeEndObject();
    json.writeEndObject();
  }

  private void seccomp() throws IOException {
    json.writeObjectFieldStart("seccomp");
    json.writeBooleanField(
        "enabled", accepts("'linux':{" + MOUNT + ",'seccomp':{'defaultAction':'SCMP_ACT_ALLOW'}}"));
    list("actions", SeccompFeatures.actions());
    list("operators", SeccompFeatures.operators());
    list("archs", SeccompFeatures.architectures());
    list("knownFlags", SeccompFeatures.knownFlags());
    list("supportedFlags", SeccompFeatures.supportedFlags());
    json.writeEndObject();
  }

  private static boolean intelRdt(String field) {
    return accepts("'linux':{" + MOUNT + ",'intelRdt':{" + field + "}}");
  }

  /** The words for those that can be asked for. */
  private static List<String> namespaces() {
    List<String> out = new ArrayList<>();
    for (NamespaceType type : NamespaceType.values()) {
      String more = type == NamespaceType.MOUNT ? "" : ",{'type':'" + type.specName() + "'}";
      String maps = type == NamespaceType.USER ? "," + MAPPINGS : "";
      if (accepts("'linux':{'namespaces':[{'type':'mount'}" + more + "]" + maps + "}")) {
        out.add(type.specName());
      }
    }
    Collections.sort(out);
    return out;
  }

  /** Whether a document with these fields is fit: what is not carried out yet is refused. */
  private static boolean accepts(String fields) {
    String process = fields.contains("'process'") ? "" : "'process':{" + PROCESS + "},";
    String text = "{'ociVersion':'1.3.0','root':{'path':'r'}," + process + fields + "}";
    byte[] document = text.replace('\'', '"').getBytes(StandardCharsets.US_ASCII);
    try {
      ContainerSpec.parse(SpecReader.read(document, "features"), "/");
      return true;
    } catch (InvalidSpecException e) {
      return false;
    }
  }

  private void enabled(String field, boolean is) throws IOException {
    json.writeObjectFieldStart(field);
    json.writeBooleanField("enabled", is);
    json.writeEndObject();
  }

  private void names(String field, Enum<?>[] constants) throws IOException {
    list(field, Arrays.stream(constants).map(Enum::name).toList());
  }

  private void list(String field, Collection<String> words) throws IOException {
    json.writeArrayFieldStart(field);
    for (String word : words) {
      json.writeString(word);
    }
    json.writeEndArray();
  }
}
