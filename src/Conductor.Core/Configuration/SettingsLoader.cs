using System.Text;
using Microsoft.Extensions.Configuration;

namespace Conductor.Configuration;

/// <summary>Reads the configuration: documents, then references to the environment, then the schemas, then the rules across documents. It never throws for what is written in them.</summary>
/// <remarks>
/// `conductor.yaml` is looked for at <see cref="SettingsSource.ConfigPath"/>, at <c>CONDUCTOR_CONFIG</c>, in `config/` below the content root, in `config/` below the
/// executable's folder, and in the `config/` of the source tree that the executable was built in. `models.yaml` and `tenants.yaml` stand beside it. Without any file
/// the documents that are built in take their place, in which the environment's keys decide what is on.
/// Of two sources the later one wins: defaults, the file, the environment, the command line.
/// </remarks>
public static class SettingsLoader
{
    private const string BuiltIn = "built-in ";

    /// <summary>The JSON Schemas of the documents, by `conductor`, `models` and `tenants`.</summary>
    public static IReadOnlyDictionary<string, string> Schemas => SettingsSchemas.Texts;

    /// <summary>Loads from files and the environment.</summary>
    public static SettingsLoad Load(SettingsSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var problems = new ProblemList();
        var paths = SettingsPaths.Find(source, problems);
        if (paths.Conductor is not { } file)
        {
            return FromEnvironment(source, paths, problems);
        }

        var models = SettingsPaths.Beside(file, "models.yaml");
        var tenants = SettingsPaths.Beside(file, "tenants.yaml");
        string[] files = [file, models, tenants];
        var digest = FilesDigest.Of(files);
        var load = new SettingsAssembly(source, paths, problems)
        {
            Conductor = problems.Count > 0 ? new LoadedTree(file, null) : Read(source, file, problems),
            Models = Exists(source, models) ? Read(source, models, problems) : new LoadedTree(BuiltIn + "models.yaml", BuiltInModels(problems, withAliases: false)),
            Tenants = Exists(source, tenants) ? Read(source, tenants, problems) : new LoadedTree(tenants, SettingsNode.Object()),
            Files = files,
        }.Build();
        return load with { Digest = digest };
    }

    /// <summary>Loads from the configuration of the program that Conductor runs in; the members of all three documents stand side by side there.</summary>
    /// <param name="configuration">
    /// A section; or a whole configuration, of which the section `Conductor` is taken, or else those of its members that are Conductor's.
    /// Names may be written `MaxAttempts` for `max_attempts`. Without any such member it is as without any file.
    /// </param>
    /// <param name="source">The environment, the folders and overrides; null = this process. No file is read.</param>
    public static SettingsLoad Load(IConfiguration configuration, SettingsSource? source = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        const string Name = "configuration";
        source ??= SettingsSource.FromProcess();
        var problems = new ProblemList();
        var paths = SettingsPaths.WithoutFile(source);
        var parts = ConfigurationReader.Documents(configuration, Name, problems);
        if (parts.All(part => part.Members.Count == 0) && problems.Count == 0)
        {
            return FromEnvironment(source, paths, problems);
        }

        if (parts[1]["catalog"] is null && BuiltInModels(problems, withAliases: false)["catalog"] is { } catalog)
        {
            parts[1].Set("catalog", catalog);
        }

        return new SettingsAssembly(source, paths, problems)
        {
            Conductor = new LoadedTree(Name, parts[0]),
            Models = new LoadedTree(Name, parts[1]),
            Tenants = new LoadedTree(Name, parts[2]),
            IsSection = true,
        }.Build();
    }

    /// <summary>The documents that are built in: what is on is what the environment has keys for.</summary>
    private static SettingsLoad FromEnvironment(SettingsSource source, SettingsPaths paths, ProblemList problems)
    {
        const string File = BuiltIn + "conductor.yaml";
        var conductor = YamlReader.Read(SettingsSchemas.BuiltInConductor, File, problems) ?? SettingsNode.Object();
        bool IsSet(string name) => !string.IsNullOrWhiteSpace(source.Environment.GetValueOrDefault(name));
        if (IsSet("OPENAI_BASE_URL") && !IsSet("OPENAI_API_KEY"))
        {
            // A server of one's own, named by the address alone, needs no key.
            conductor["providers"]?["openai"]?.Members.RemoveAll(member => member.Name == "keys");
        }

        return new SettingsAssembly(source, paths, problems)
        {
            Conductor = new LoadedTree(File, conductor),
            Models = new LoadedTree(BuiltIn + "models.yaml", BuiltInModels(problems, withAliases: true)),
            Tenants = new LoadedTree(BuiltIn + "tenants.yaml", SettingsNode.Object()),
        }.Build();
    }

    private static SettingsNode BuiltInModels(ProblemList problems, bool withAliases)
    {
        var models = YamlReader.Read(SettingsSchemas.BuiltInModels, BuiltIn + "models.yaml", problems) ?? SettingsNode.Object();
        if (!withAliases)
        {
            // They name providers that this configuration may not have.
            models.Members.RemoveAll(member => member.Name == "aliases");
        }

        return models;
    }

    private static bool Exists(SettingsSource source, string file) => source.Drafts.ContainsKey(file) || File.Exists(file);

    private static LoadedTree Read(SettingsSource source, string file, ProblemList problems)
    {
        const int Largest = 4 * 1024 * 1024;
        const string TooLarge = "is larger than 4 MiB, which no configuration is";
        if (source.Drafts.TryGetValue(file, out var draft))
        {
            if (Encoding.UTF8.GetByteCount(draft) > Largest)
            {
                problems.Add(file, null, "", TooLarge);
                return new LoadedTree(file, null);
            }

            return new LoadedTree(file, YamlReader.Read(draft, file, problems));
        }

        try
        {
            if (new FileInfo(file).Length > Largest)
            {
                problems.Add(file, null, "", TooLarge);
                return new LoadedTree(file, null);
            }

            return new LoadedTree(file, YamlReader.Read(File.ReadAllText(file), file, problems));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problems.Add(file, null, "", $"cannot be read: {failure.Message}");
            return new LoadedTree(file, null);
        }
    }
}
