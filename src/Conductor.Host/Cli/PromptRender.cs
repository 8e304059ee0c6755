using System.Text.Json;
using Conductor.Prompts;

namespace Conductor.Host.Cli;

/// <summary>One prompt file with arguments: what came of it, or what is wrong with it.</summary>
internal sealed class PromptRender
{
    private PromptRender(string source) => Source = source;

    /// <summary>The file, as it was named.</summary>
    public string Source { get; }

    public RenderedPrompt? Rendered { get; private init; }

    /// <summary>The entry of `execution_settings` that applies; null where the file has none.</summary>
    public PromptSettings? Settings { get; private init; }

    public IReadOnlyList<PromptVariable> Variables { get; private init; } = [];

    /// <summary>`load` when the file cannot be used, `render` when it cannot be used with these arguments; null when nothing is wrong.</summary>
    public string? Stage { get; private init; }

    public PromptException? Mistake { get; private init; }

    /// <summary>Reads, compiles and renders.</summary>
    /// <param name="yaml">The file's text.</param>
    /// <param name="source">What messages call it.</param>
    /// <param name="arguments">Values of the variables.</param>
    /// <param name="mode">How strictly.</param>
    /// <param name="services">Services that `execution_settings` may name; none = the entry that Conductor takes.</param>
    /// <param name="functions">Functions that the template may call.</param>
    /// <param name="cancellationToken">Ends the waiting for a plugin's function.</param>
    public static async Task<PromptRender> RunAsync(
        string yaml, string source, IReadOnlyDictionary<string, object?> arguments, PromptMode mode, IReadOnlyList<PromptService> services, PromptFunctions functions,
        CancellationToken cancellationToken)
    {
        PromptTemplate template;
        try
        {
            template = PromptTemplate.Parse(yaml, source, new PromptTemplateOptions { Functions = functions });
        }
        catch (PromptException mistake)
        {
            return new PromptRender(source) { Stage = "load", Mistake = mistake };
        }

        try
        {
            var settings = services.Count == 0 ? template.Settings : template.SelectSettings(services);
            return new PromptRender(source)
            {
                Rendered = await template.RenderAsync(arguments, mode, TimeProvider.System, cancellationToken),
                Settings = template.AllSettings.Count == 0 ? null : settings,
                Variables = template.Variables,
            };
        }
        catch (PromptException mistake)
        {
            return new PromptRender(source) { Stage = "render", Mistake = mistake };
        }
    }

    /// <summary>The arguments of a JSON object.</summary>
    /// <exception cref="CliException">It is not one.</exception>
    public static Dictionary<string, object?> ReadArguments(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 256 });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new CliException(ExitCodes.Usage, "--args has to be a JSON object: the names of the prompt's variables, and their values.");
            }

            CheckText(document.RootElement);
            return document.RootElement.EnumerateObject()
                .GroupBy(property => property.Name, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => (object?)group.Last().Value.Clone(), StringComparer.Ordinal);
        }
        catch (JsonException mistake)
        {
            throw new CliException(ExitCodes.Usage, $"--args is not valid JSON: {mistake.Message}");
        }
        catch (InvalidOperationException)
        {
            throw new CliException(ExitCodes.Usage, "--args holds text that is not valid Unicode: half of a surrogate pair.");
        }
    }

    // Text is decoded when it is asked for; what cannot be decoded is told before anything is rendered.
    private static void CheckText(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Array:
                element.EnumerateArray().ToList().ForEach(CheckText);
                break;
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    _ = property.Name;
                    CheckText(property.Value);
                }

                break;
        }
    }
}
