using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>Tools and the choice among them.</summary>
internal static class ToolReader
{
    private static readonly JsonElement NoParameters = JsonElement.Parse("""{"type":"object","properties":{}}"""u8);

    public static List<AITool> ReadTools(RequestElement tools) => [.. tools.Items().Select(ReadTool)];

    public static void ReadChoice(RequestElement choice, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        switch (choice.Value.ValueKind)
        {
            case JsonValueKind.Null or JsonValueKind.Undefined:
                return;
            case JsonValueKind.String:
                options.ToolMode = choice.String() switch
                {
                    "auto" => ChatToolMode.Auto,
                    "none" => ChatToolMode.None,
                    "required" => ChatToolMode.RequireAny,
                    _ => throw choice.Invalid("must be 'none', 'auto', 'required' or an object"),
                };
                return;
            case JsonValueKind.Object when choice["type"].String() == "function":
                options.ToolMode = ChatToolMode.RequireSpecific(choice["function"].RequireObject()["name"].NonBlankString());
                return;
            case JsonValueKind.Object:
                extra["tool_choice"] = choice.Value;
                return;
            default:
                throw choice.WrongType("a string or an object");
        }
    }

    private static AITool ReadTool(RequestElement tool)
    {
        if (tool.RequireObject()["type"].String() != "function")
        {
            return new OpenAITool("", "", NoParameters, new AdditionalPropertiesDictionary { [ChatKeys.RawTool] = tool.Value });
        }

        var function = tool["function"].RequireObject();
        var parameters = function["parameters"];
        if (!parameters.IsNull)
        {
            parameters.RequireObject();
        }

        var extra = new AdditionalPropertiesDictionary();
        if (function["strict"].OptionalBoolean() is { } strict)
        {
            extra[ChatKeys.Strict] = strict;
        }

        return new OpenAITool(
            function["name"].NonEmptyString(), function["description"].OptionalString() ?? "", parameters.IsNull ? NoParameters : parameters.Value, extra);
    }

    /// <summary>A tool as data: whoever runs it is the client.</summary>
    private sealed class OpenAITool(string name, string description, JsonElement schema, AdditionalPropertiesDictionary extra) : AIFunctionDeclaration
    {
        public override string Name => name;

        public override string Description => description;

        public override JsonElement JsonSchema => schema;

        public override IReadOnlyDictionary<string, object?> AdditionalProperties => extra;
    }
}
