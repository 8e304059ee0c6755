using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>Tools and the choice among them.</summary>
internal static class ToolReader
{
    private static readonly JsonElement NoParameters = JsonElement.Parse("""{"type":"object","properties":{}}"""u8);

    public static List<AITool> ReadTools(RequestElement tools)
    {
        var read = new List<AITool>();
        foreach (var tool in tools.Items())
        {
            foreach (var (name, member) in tool.Members())
            {
                if (name == "functionDeclarations")
                {
                    read.AddRange(member.Items().Select(ReadFunction));
                }
                else
                {
                    // Search, code execution, pages by address: run by Google itself, each as a tool of its own.
                    read.Add(new GoogleTool(name, GeminiJson.Build(writer =>
                    {
                        writer.WriteStartObject();
                        writer.WritePropertyName(name);
                        member.Value.WriteTo(writer);
                        writer.WriteEndObject();
                    })));
                }
            }
        }

        return read;
    }

    public static void ReadConfig(RequestElement config, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        foreach (var (name, member) in config.Members())
        {
            if (name == "functionCallingConfig")
            {
                ReadCalling(member, options, extra);
            }
            else
            {
                extra[ChatKeys.Of(GeminiKeys.Dialect, GeminiKeys.ToolConfigPath + name)] = member.Value;
            }
        }
    }

    private static void ReadCalling(RequestElement calling, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        string[] names = [];
        RequestElement? mode = null, allowed = null;
        foreach (var (name, member) in calling.Members())
        {
            switch (name)
            {
                case "mode":
                    mode = member;
                    break;
                case "allowedFunctionNames":
                    allowed = member;
                    names = [.. member.Items().Select(item => item.NonBlankString())];
                    break;
                default:
                    extra[ChatKeys.Of(GeminiKeys.Dialect, GeminiKeys.CallingPath + name)] = member.Value;
                    break;
            }
        }

        var text = mode?.String().ToUpperInvariant();
        if (names.Length > 0 && text is not ("ANY" or "VALIDATED"))
        {
            throw allowed!.Value.Invalid("is possible with mode 'ANY' or 'VALIDATED' only");
        }

        switch (text)
        {
            case null or "" or "AUTO" or "MODE_UNSPECIFIED":
                options.ToolMode = text is "AUTO" ? ChatToolMode.Auto : null;
                break;
            case "NONE":
                options.ToolMode = ChatToolMode.None;
                break;
            case "ANY":
                options.ToolMode = names.Length switch
                {
                    0 => ChatToolMode.RequireAny,
                    1 => ChatToolMode.RequireSpecific(names[0]),
                    _ => null,
                };
                if (names.Length > 1)
                {
                    extra["tool_choice"] = Allowed("required", names);
                }

                break;
            case "VALIDATED":
                // As AUTO, with calls held to their schemas; OpenAI says the latter of each function.
                extra[ChatKeys.Of(GeminiKeys.Dialect, GeminiKeys.CallingPath + "mode")] = mode!.Value.Value;
                if (names.Length > 0)
                {
                    extra["tool_choice"] = Allowed("auto", names);
                }
                else
                {
                    options.ToolMode = ChatToolMode.Auto;
                }

                break;
            default:
                throw mode!.Value.Invalid("must be 'AUTO', 'ANY', 'NONE' or 'VALIDATED'");
        }
    }

    /// <summary>OpenAI's word for a choice among some of the functions.</summary>
    private static JsonElement Allowed(string mode, string[] names) => GeminiJson.Build(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "allowed_tools"u8);
        writer.WriteStartObject("allowed_tools"u8);
        writer.WriteString("mode"u8, mode);
        writer.WriteStartArray("tools"u8);
        foreach (var name in names)
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "function"u8);
            writer.WriteStartObject("function"u8);
            writer.WriteString("name"u8, name);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    private static DeclaredFunction ReadFunction(RequestElement function)
    {
        var schema = NoParameters;
        var extra = new AdditionalPropertiesDictionary();
        string? seen = null;
        foreach (var (name, member) in function.Members())
        {
            switch (name)
            {
                case "name" or "description":
                    break;
                case "parameters" or "parametersJsonSchema":
                    seen = seen is null ? name : throw member.Invalid($"and '{seen}' are both given; a function has one of them");
                    schema = name == "parameters" ? GeminiSchema.ToJsonSchema(member) : member.RequireObject().Value;
                    break;
                default:
                    extra[ChatKeys.Of(GeminiKeys.Dialect, name)] = member.Value;
                    break;
            }
        }

        return new DeclaredFunction(function.Get("name").NonEmptyString(), function.Get("description").OptionalString() ?? "", schema, extra);
    }

    /// <summary>A function as data: whoever runs it is the client.</summary>
    private sealed class DeclaredFunction(string name, string description, JsonElement schema, AdditionalPropertiesDictionary extra) : AIFunctionDeclaration
    {
        public override string Name => name;

        public override string Description => description;

        public override JsonElement JsonSchema => schema;

        public override IReadOnlyDictionary<string, object?> AdditionalProperties => extra;
    }

    /// <summary>A tool that Google's servers run.</summary>
    private sealed class GoogleTool(string name, JsonElement tool) : AITool
    {
        private readonly AdditionalPropertiesDictionary _extra = new() { [GeminiKeys.Tool] = tool };

        public override string Name => name;

        public override IReadOnlyDictionary<string, object?> AdditionalProperties => _extra;
    }
}
