using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>Tools and the choice among them.</summary>
internal static class ToolReader
{
    public static List<AITool> ReadTools(RequestElement tools) => [.. tools.Items().Select(ReadTool)];

    public static void ReadChoice(RequestElement choice, ChatOptions options)
    {
        if (choice.IsNull)
        {
            return;
        }

        var type = choice.RequireObject()["type"];
        options.ToolMode = type.String() switch
        {
            "auto" => ChatToolMode.Auto,
            "any" => ChatToolMode.RequireAny,
            "none" => ChatToolMode.None,
            "tool" => ChatToolMode.RequireSpecific(RequestText.NonBlank(choice["name"])),
            _ => throw type.Invalid("must be 'auto', 'any', 'tool' or 'none'"),
        };
        if (choice["disable_parallel_tool_use"].OptionalBoolean() is { } disabled)
        {
            options.AllowMultipleToolCalls = !disabled;
        }
    }

    private static AITool ReadTool(RequestElement tool)
    {
        if (tool.RequireObject()["type"].OptionalString() is { } type && type != "custom")
        {
            return new ServerTool(tool["name"].OptionalString() ?? type, new AdditionalPropertiesDictionary { [AnthropicKeys.Tool] = tool.Value });
        }

        var schema = tool["input_schema"].RequireObject();
        var extra = new AdditionalPropertiesDictionary();
        foreach (var member in tool.Value.EnumerateObject())
        {
            switch (member.Name)
            {
                case "type" or "name" or "description" or "input_schema":
                    break;
                case "strict":
                    if (tool["strict"].OptionalBoolean() is { } strict)
                    {
                        extra[ChatKeys.Strict] = strict;
                    }

                    break;
                case var _ when member.Value.ValueKind == JsonValueKind.Null:
                    break;
                default:
                    extra[member.Name == ChatKeys.CacheControl ? member.Name : AnthropicKeys.Of(member.Name)] = member.Value;
                    break;
            }
        }

        return new ClientTool(tool["name"].NonEmptyString(), tool["description"].OptionalString() ?? "", schema.Value, extra);
    }

    /// <summary>A tool as data: whoever runs it is the client.</summary>
    private sealed class ClientTool(string name, string description, JsonElement schema, AdditionalPropertiesDictionary extra) : AIFunctionDeclaration
    {
        public override string Name => name;

        public override string Description => description;

        public override JsonElement JsonSchema => schema;

        public override IReadOnlyDictionary<string, object?> AdditionalProperties => extra;
    }

    /// <summary>A tool that the provider defines or runs; no other dialect can say it.</summary>
    private sealed class ServerTool(string name, AdditionalPropertiesDictionary extra) : AITool
    {
        public override string Name => name;

        public override IReadOnlyDictionary<string, object?> AdditionalProperties => extra;
    }
}
