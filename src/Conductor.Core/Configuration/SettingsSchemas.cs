using Conductor.Schemas;

namespace Conductor.Configuration;

/// <summary>The schemas of the three documents: the files in `config/schema`, embedded.</summary>
internal static class SettingsSchemas
{
    private static readonly Lazy<IReadOnlyDictionary<string, string>> Embedded = new(() =>
        new[] { "conductor", "models", "tenants" }.ToDictionary(name => name, name => Resource($"config/schema/{name}.schema.json")));

    private static readonly Lazy<IReadOnlyDictionary<string, JsonSchema>> Compiled = new(() =>
        Embedded.Value.ToDictionary(schema => schema.Key, schema => JsonSchema.CompileOwn(schema.Value)));

    /// <summary>The schemas' texts by `conductor`, `models`, `tenants`.</summary>
    public static IReadOnlyDictionary<string, string> Texts => Embedded.Value;

    public static JsonSchema Of(string name) => Compiled.Value[name];

    /// <summary>`models.yaml` as it was when this was built: the prices that are known without any file.</summary>
    public static string BuiltInModels => Resource("config/models.yaml");

    /// <summary>`conductor.yaml` as it was when this was built: what holds without any file.</summary>
    public static string BuiltInConductor => Resource("config/conductor.yaml");

    private static string Resource(string name)
    {
        using var stream = typeof(SettingsSchemas).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The resource '{name}' is missing from the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
