using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Conductor.Prompts.Yaml;

/// <summary>Semantic Kernel's YAML schema of a prompt, as strict as Semantic Kernel is: an unknown key is an error.</summary>
internal static class PromptYaml
{
    public static PromptDocument Read(string yaml, string source)
    {
        var map = new PromptYamlMap(source, Root(yaml, source), "a prompt file",
            "name", "description", "template_format", "template", "input_variables", "output_variable", "allow_dangerously_set_content", "execution_settings");
        var name = map.Text("name");
        var template = map.Node("template") as YamlScalarNode
            ?? throw map.Mistake("A prompt file needs 'template', the text to render.", "template", SemanticKernelErrors.Argument);

        return new PromptDocument
        {
            Source = source,
            Name = string.IsNullOrWhiteSpace(name) ? "Function_" + Guid.NewGuid().ToString("N") : name,
            Description = map.Text("description"),
            TemplateFormat = map.Text("template_format") ?? "semantic-kernel",
            TemplateFormatLine = map.LineOf("template_format"),
            Template = template.Value ?? "",
            // The text of a block scalar (| or >) begins on the line below its sign.
            TemplateLine = (int)template.Start.Line + (template.Style is ScalarStyle.Literal or ScalarStyle.Folded ? 1 : 0),
            Variables = ReadVariables(map, name),
            Output = map.Map("output_variable", "output_variable", "description", "json_schema") is { } output
                ? new PromptOutput { Description = output.Text("description"), JsonSchema = output.Text("json_schema") }
                : null,
            AllowDangerouslySetContent = map.Flag("allow_dangerously_set_content") ?? false,
            Settings = PromptSettingsYaml.Read(map),
        };
    }

    private static YamlMappingNode Root(string yaml, string source)
    {
        var stream = new YamlStream();
        try
        {
            PromptYamlLimits.Check(yaml, source);
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException mistake)
        {
            throw new PromptFormatException(source, (int)mistake.Start.Line, $"This is not YAML that can be read: {mistake.Message}", SemanticKernelErrors.Yaml, mistake);
        }

        return stream.Documents.Count switch
        {
            0 => throw new PromptFormatException(source, 1, "The file is empty. A prompt file needs at least 'template'.", SemanticKernelErrors.Yaml),
            1 when stream.Documents[0].RootNode is YamlMappingNode map => map,
            1 => throw new PromptFormatException(source, 1, "A prompt file is a map of keys such as 'name', 'template_format' and 'template'.", SemanticKernelErrors.Yaml),
            _ => throw new PromptFormatException(
                source, (int)stream.Documents[1].RootNode.Start.Line, "A prompt file holds one document; remove everything from '---' on.", SemanticKernelErrors.Yaml),
        };
    }

    private static List<PromptVariable> ReadVariables(PromptYamlMap map, string? promptName)
    {
        var variables = new List<PromptVariable>();
        foreach (var entry in map.Maps(
            "input_variables", "an entry of input_variables",
            "name", "description", "default", "is_required", "json_schema", "allow_dangerously_set_content", "sample"))
        {
            var name = entry.Text("name");
            if (string.IsNullOrWhiteSpace(name))
            {
                throw entry.Mistake("An entry of input_variables needs a 'name'.", "name", SemanticKernelErrors.Argument);
            }

            if (variables.Exists(variable => variable.Name == name))
            {
                throw entry.Mistake($"input_variables names '{name}' twice. Remove one of the entries.", "name", SemanticKernelErrors.Argument);
            }

            if (entry.Node("default") is { } node and not YamlScalarNode)
            {
                throw new PromptFormatException(
                    map.Source, (int)node.Start.Line,
                    $"The default of '{name}' in prompt '{promptName}' has to be text, a number or a truth value; lists and maps are passed as arguments.",
                    SemanticKernelErrors.NotSupported);
            }

            variables.Add(new PromptVariable
            {
                Name = name,
                Description = entry.Text("description"),
                Default = entry.Text("default"),
                IsRequired = entry.Flag("is_required") ?? true,
                JsonSchema = entry.Text("json_schema"),
                AllowDangerouslySetContent = entry.Flag("allow_dangerously_set_content") ?? false,
                Sample = entry.Node("sample") is YamlScalarNode ? entry.Text("sample") : null,
            });
        }

        return variables;
    }
}
