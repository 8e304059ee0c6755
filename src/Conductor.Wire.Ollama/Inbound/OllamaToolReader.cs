using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Ollama;

/// <summary>A tool of a request; functions are the only ones.</summary>
internal static class OllamaToolReader
{
    private static readonly JsonElement NoParameters = JsonElement.Parse("""{"type":"object","properties":{}}"""u8);

    public static AITool Read(RequestElement tool)
    {
        if (tool.RequireObject()["type"].OptionalString() is { } type && type != "function")
        {
            throw tool["type"].Invalid("must be 'function'");
        }

        var function = tool["function"].RequireObject();
        var parameters = function["parameters"];
        return new FunctionTool(
            function["name"].NonEmptyString(), function["description"].OptionalString() ?? "", parameters.IsNull ? NoParameters : parameters.RequireObject().Value);
    }

    /// <summary>A tool as data: whoever runs it is the client.</summary>
    private sealed class FunctionTool(string name, string description, JsonElement schema) : AIFunctionDeclaration
    {
        public override string Name => name;

        public override string Description => description;

        public override JsonElement JsonSchema => schema;
    }
}
