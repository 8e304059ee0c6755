using YamlDotNet.RepresentationModel;

namespace Conductor.Prompts.Yaml;

/// <summary>`execution_settings`: a map from service to settings. Only a few keys are known; the rest is kept as it is written.</summary>
internal static class PromptSettingsYaml
{
    public static IReadOnlyList<PromptSettings> Read(PromptYamlMap prompt)
    {
        if (prompt.Map("execution_settings", "execution_settings") is not { } services)
        {
            return [];
        }

        var all = new List<PromptSettings>();
        foreach (var (service, _) in services.Entries)
        {
            all.Add(services.Map(service, service) is { } settings
                ? ReadOne(service, settings)
                : new PromptSettings { ServiceId = service });
        }

        return all;
    }

    private static PromptSettings ReadOne(string service, PromptYamlMap settings) => new()
    {
        ServiceId = service,
        ModelId = settings.Text("model_id"),
        Temperature = settings.Number("temperature", 0, 2, "from 0 to 2"),
        TopP = settings.Number("top_p", float.Epsilon, 1, "above 0, at most 1"),
        MaxTokens = (int?)settings.Integer("max_tokens", 1, int.MaxValue, "of 1 or more"),
        FrequencyPenalty = settings.Number("frequency_penalty", -2, 2, "from -2 to 2"),
        PresencePenalty = settings.Number("presence_penalty", -2, 2, "from -2 to 2"),
        Seed = settings.Integer("seed", long.MinValue, long.MaxValue, "of 64 bits"),
        // Semantic Kernel calls it stop_sequences; `stop` is what the models' own interfaces say.
        StopSequences = settings.Texts("stop_sequences") ?? settings.Texts("stop") ?? [],
        FunctionChoice = ReadFunctionChoice(settings),
        ExtensionData = settings.Entries
            .Where(entry => entry.Key is not ("model_id" or "function_choice_behavior"))
            .ToDictionary(entry => entry.Key, entry => Untyped(entry.Value), StringComparer.Ordinal),
    };

    private static PromptFunctionChoice? ReadFunctionChoice(PromptYamlMap settings)
    {
        if (settings.Map("function_choice_behavior", "function_choice_behavior", "type", "functions", "options") is not { } choice)
        {
            return null;
        }

        var options = choice.Map(
            "options", "options of function_choice_behavior", "allow_parallel_calls", "allow_concurrent_invocation", "allow_strict_schema_adherence");
        return new PromptFunctionChoice
        {
            Type = choice.Text("type") is "auto" or "required" or "none"
                ? choice.Text("type")!
                : throw choice.Mistake("The 'type' of function_choice_behavior has to be auto, required or none.", "type", SemanticKernelErrors.Yaml),
            Functions = choice.Texts("functions"),
            AllowParallelCalls = options?.Flag("allow_parallel_calls"),
            AllowConcurrentInvocation = options?.Flag("allow_concurrent_invocation") ?? false,
            AllowStrictSchemaAdherence = options?.Flag("allow_strict_schema_adherence") ?? false,
        };
    }

    private static object? Untyped(YamlNode node) => node switch
    {
        YamlScalarNode scalar => scalar.Value,
        YamlSequenceNode list => list.Children.Select(Untyped).ToList(),
        YamlMappingNode map => map.Children.ToDictionary(pair => (pair.Key as YamlScalarNode)?.Value ?? pair.Key.ToString(), pair => Untyped(pair.Value)),
        _ => null,
    };
}
