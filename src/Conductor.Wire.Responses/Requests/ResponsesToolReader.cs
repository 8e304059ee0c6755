using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses;

/// <summary>Tools and the choice among them.</summary>
internal static class ResponsesToolReader
{
    private static readonly JsonElement NoParameters = JsonElement.Parse("""{"type":"object","properties":{}}"""u8);

    public static void Read(RequestElement tools, RequestElement choice, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        if (!tools.IsNull)
        {
            options.Tools = [.. tools.Items().Select(ReadTool)];
        }

        switch (choice.Value.ValueKind)
        {
            case JsonValueKind.Null or JsonValueKind.Undefined:
                break;
            case JsonValueKind.String:
                options.ToolMode = Mode(choice);
                break;
            case JsonValueKind.Object when choice["type"].String() == "function":
                options.ToolMode = ChatToolMode.RequireSpecific(choice["name"].NonBlankString());
                break;
            case JsonValueKind.Object when choice["type"].String() == "allowed_tools":
                options.ToolMode = Mode(choice["mode"]);
                options.Tools = Allowed(options.Tools ?? [], choice["tools"]);
                break;
            case JsonValueKind.Object:
                extra[ChatKeys.Of(ResponsesKeys.Dialect, "tool_choice")] = choice.Value;
                break;
            default:
                throw choice.WrongType("a string or an object");
        }
    }

    private static ChatToolMode Mode(RequestElement mode) => mode.String() switch
    {
        "auto" => ChatToolMode.Auto,
        "none" => ChatToolMode.None,
        "required" => ChatToolMode.RequireAny,
        _ => throw mode.Invalid("must be 'none', 'auto' or 'required'"),
    };

    /// <summary>What may not be called is not offered: the same to the model, in every dialect.</summary>
    private static List<AITool> Allowed(IList<AITool> tools, RequestElement allowed)
    {
        var kept = new List<AITool>();
        foreach (var item in allowed.Items())
        {
            var type = item.RequireObject()["type"].String();
            var name = item["name"].OptionalString();
            var tool = tools.FirstOrDefault(tool => tool is FunctionTool ? type == "function" && tool.Name == name : IsNamed(tool, type, name));
            kept.Add(tool ?? throw item.Invalid("names a tool that is not among 'tools'"));
        }

        return kept.Count > 0 ? kept : throw allowed.Invalid("must not be empty");
    }

    private static bool IsNamed(AITool tool, string type, string? name) =>
        tool.AdditionalProperties.TryGetValue(ResponsesKeys.RawTool, out var raw) && raw is JsonElement element
        && AnswerJson.String(element, "type"u8) == type && (name is null || AnswerJson.String(element, "name"u8) == name);

    private static AITool ReadTool(RequestElement tool)
    {
        if (tool.RequireObject()["type"].String() != "function")
        {
            return new HostedTool(tool.Value);
        }

        var parameters = tool["parameters"];
        if (!parameters.IsNull)
        {
            parameters.RequireObject();
        }

        var extra = new AdditionalPropertiesDictionary();
        if (tool["strict"].OptionalBoolean() is { } strict)
        {
            extra[ChatKeys.Strict] = strict;
        }
        else
        {
            extra[ResponsesKeys.ServersStrict] = true;
        }

        foreach (var member in tool.Value.EnumerateObject())
        {
            if (member.Name is not ("type" or "name" or "description" or "parameters" or "strict") && member.Value.ValueKind != JsonValueKind.Null)
            {
                extra[ChatKeys.Of(ResponsesKeys.Dialect, member.Name)] = member.Value;
            }
        }

        return new FunctionTool(tool["name"].NonEmptyString(), tool["description"].OptionalString() ?? "", parameters.IsNull ? NoParameters : parameters.Value, extra);
    }

    /// <summary>A tool as data: whoever runs it is the client.</summary>
    private sealed class FunctionTool(string name, string description, JsonElement schema, AdditionalPropertiesDictionary extra) : AIFunctionDeclaration
    {
        public override string Name => name;

        public override string Description => description;

        public override JsonElement JsonSchema => schema;

        public override IReadOnlyDictionary<string, object?> AdditionalProperties => extra;
    }

    /// <summary>A tool that OpenAI's servers run, or one of another kind than a function.</summary>
    private sealed class HostedTool(JsonElement tool) : AITool
    {
        private readonly AdditionalPropertiesDictionary _extra = new() { [ResponsesKeys.RawTool] = tool };

        public override string Name => AnswerJson.String(tool, "type"u8) ?? "tool";

        public override IReadOnlyDictionary<string, object?> AdditionalProperties => _extra;
    }
}
