using Conductor.Schemas;
using Conductor.Settings;

namespace Conductor.Configuration;

/// <summary>Puts settings together from three trees: references, schemas, types, overrides, rules.</summary>
internal sealed class SettingsAssembly(SettingsSource source, SettingsPaths paths, ProblemList problems)
{
    public required LoadedTree Conductor { get; init; }

    public required LoadedTree Models { get; init; }

    public required LoadedTree Tenants { get; init; }

    /// <summary>True when the trees come from a section of the configuration system.</summary>
    public bool IsSection { get; init; }

    public IReadOnlyList<string> Files { get; init; } = [];

    public SettingsLoad Build()
    {
        var conductor = Document(Conductor, "conductor");
        var models = Document(Models, "models");
        var tenants = Document(Tenants, "tenants");

        var references = new EnvironmentReferences(source.Environment, conductor.File, problems);
        var secrets = new SecretReferences(source.Environment, paths.FromRoot, problems);
        Replace(conductor, references, without: "providers");
        var providers = new ProviderMapper(conductor, references, secrets, new SealedKeys(conductor, source, paths, problems), problems);
        providers.Prepare();
        Replace(models, new EnvironmentReferences(source.Environment, models.File, problems));
        Replace(tenants, new EnvironmentReferences(source.Environment, tenants.File, problems));
        ResolveKeys(tenants, secrets);
        HideKeys(tenants.Root);
        Misplaced(conductor);

        conductor.Check();
        models.Check();
        tenants.Check();

        var root = Reader(conductor);
        LaterSettings.Note(root, problems);
        var settings = ConductorMapper.Map(root, conductor.Root) with
        {
            Providers = providers.Map(root),
            Catalog = ModelsMapper.Catalog(Reader(models)),
            Aliases = ModelsMapper.Aliases(Reader(models)),
        };

        var callers = new TenantsMapper(problems);
        callers.Document(Reader(tenants));
        callers.Environment(source.Environment);
        settings = settings with { Tenants = callers.Tenants, Keys = callers.Keys };
        settings = new EnvironmentOverrides(source.Environment, problems).Apply(settings);
        settings = Places(settings, root);
        settings = ServerSecrets.Apply(settings, root.Object("server"), paths, source.Environment, tenants, problems);

        if (Conductor.Root is not null && Models.Root is not null && Tenants.Root is not null)
        {
            // What an unreadable document defines is not known: every name would be reported.
            new NameRules(settings, conductor, models, tenants, problems).Check();
            new PriceRules(settings, models, problems).Check();
        }

        return new SettingsLoad(problems.Count == 0 ? settings : null, problems.InOrder(), problems.NotesInOrder(), Files);
    }

    private SettingsDocument Document(LoadedTree tree, string schema) =>
        new(tree.File, tree.Root ?? SettingsNode.Object(), SettingsSchemas.Of(schema), problems) { IsSection = IsSection };

    private static SettingsReader Reader(SettingsDocument document) => new(document, document.Json, "");

    private static void Replace(SettingsDocument document, EnvironmentReferences references, string? without = null)
    {
        if (document.Root.Kind != SettingsNodeKind.Object)
        {
            return;
        }

        foreach (var member in document.Root.Members.Where(member => member.Name != without))
        {
            references.Replace(member.Value, InstancePath.Join("", member.Name), lenient: false);
        }
    }

    private static void ResolveKeys(SettingsDocument tenants, SecretReferences secrets)
    {
        var keys = tenants.Root["keys"]?.Items ?? [];
        for (var i = 0; i < keys.Count; i++)
        {
            foreach (var member in keys[i].Members.Where(member => member.Name is "hash" or "key"))
            {
                secrets.Resolve(member.Value, tenants.File, InstancePath.Join(InstancePath.Join("keys", i), member.Name), lenient: false);
            }
        }
    }

    private void HideKeys(SettingsNode root)
    {
        var keys = root["keys"]?.Items ?? [];
        foreach (var value in keys.SelectMany(key => key.Members.Concat(key["previous"]?.Members ?? [])).Where(member => member.Name is "hash" or "key"))
        {
            problems.Hide(value.Value.Text);
        }
    }

    private void Misplaced(SettingsDocument conductor)
    {
        foreach (var member in IsSection ? [] : conductor.Root.Members)
        {
            var home = member.Name switch
            {
                "catalog" or "aliases" => "models.yaml",
                "tenants" or "keys" => "tenants.yaml",
                _ => null,
            };
            if (home is not null)
            {
                problems.Add(conductor.File, member.Line, member.Name, $"'{member.Name}' belongs into {home}, beside this file");
            }
        }
    }

    /// <summary>Folders, absolute, and what the command line says of them and of the address.</summary>
    private ConductorSettings Places(ConductorSettings settings, SettingsReader root)
    {
        var plugins = root.Object("plugins");
        var data = source.Data is { Length: > 0 } given ? Path.GetFullPath(given)
            : root.Object("storage").Text("path") is { Length: > 0 } written ? paths.FromRoot(written)
            : paths.DefaultData(problems);
        return settings with
        {
            Server = source.Listen is { Length: > 0 } listen ? settings.Server with { Listen = Listen(listen) } : settings.Server,
            Storage = settings.Storage with { Path = data },
            PromptFolder = paths.Conductor is { } file ? SettingsPaths.Beside(file, "prompts") : null,
            Plugins = PluginsMapper.Map(plugins) with
            {
                Path = Folder(source.Plugins, plugins.Text("path")),
                Operations = Folder(source.Operations, plugins.Text("operations")),
                Allowed = plugins.Object("allowed").Lists(),
                RequirePins = plugins.Flag("require_pins", false),
                LeakBudget = plugins.Integer("leak_budget") ?? new PluginsSettings().LeakBudget,
            },
        };
    }

    private string? Folder(string? given, string? written) =>
        given is { Length: > 0 } ? Path.GetFullPath(given) : written is { Length: > 0 } ? paths.Folder(written) : null;

    private string Listen(string listen)
    {
        if (listen.Split(';').Any(url => !url.StartsWith("http://", StringComparison.Ordinal) && !url.StartsWith("https://", StringComparison.Ordinal)))
        {
            problems.Add("command line", null, "--listen", $"must be a URL such as 'http://127.0.0.1:5080', or several with ';' between them; it is '{JsonValues.Cut(listen)}'");
        }

        return listen;
    }
}
