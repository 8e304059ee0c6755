using System.Reflection;
using System.Text.Json;

namespace Conductor.Operations;

/// <summary>Reads the schemas and the prompt that an operation carries as embedded resources.</summary>
public static class OperationResources
{
    /// <summary>A resource's text, read as UTF-8.</summary>
    /// <param name="assembly">The operation's assembly.</param>
    /// <param name="name">The resource's logical name, for example `prompt.yaml`.</param>
    /// <exception cref="InvalidOperationException">The assembly has no such resource; the message lists those it has.</exception>
    public static string ReadText(Assembly assembly, string name)
    {
        using var reader = new StreamReader(Open(assembly, name));
        return reader.ReadToEnd();
    }

    /// <summary>A resource's JSON.</summary>
    /// <param name="assembly">The operation's assembly.</param>
    /// <param name="name">The resource's logical name, for example `request.schema.json`.</param>
    /// <exception cref="InvalidOperationException">The assembly has no such resource; the message lists those it has.</exception>
    /// <exception cref="JsonException">The resource is not JSON.</exception>
    public static JsonElement ReadJson(Assembly assembly, string name)
    {
        using var stream = Open(assembly, name);
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }

    private static Stream Open(Assembly assembly, string name)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        return assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException(
            $"Assembly '{assembly.GetName().Name}' has no embedded resource '{name}'. It has: {string.Join(", ", assembly.GetManifestResourceNames())}. "
            + "Embed it in the project file with LogicalName=\"%(Filename)%(Extension)\".");
    }
}
