using Conductor.Configuration;

namespace Conductor.Core.Tests.Configuration;

/// <summary>A folder with a configuration in it, and nothing of this machine's environment.</summary>
internal sealed class ConfigFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("conductor-config-").FullName;

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public string File(string name) => Path.Combine(Root, "config", name);

    public ConfigFolder Write(string name, string text)
    {
        Directory.CreateDirectory(Path.Combine(Root, "config"));
        System.IO.File.WriteAllText(File(name), text);
        return this;
    }

    public ConfigFolder With(string variable, string value)
    {
        Environment[variable] = value;
        return this;
    }

    public SettingsSource Source() => new() { Environment = Environment, ContentRoot = Root, BaseDirectory = Path.Combine(Root, "bin") };

    public SettingsLoad Load() => SettingsLoader.Load(Source());

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
