using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Conductor.PluginLoading.Tests;

/// <summary>Writes small assemblies that no compiler would: any reference, any version, any processor, any attribute.</summary>
internal sealed class AssemblyWriter
{
    private readonly MetadataBuilder _metadata = new();
    private readonly List<(string Attribute, string Id, string Type)> _attributes = [];

    public string Name { get; init; } = "Written";

    public Version ContractVersion { get; init; } = Plugins.ContractVersion.Current;

    public Machine Machine { get; init; } = Machine.I386;

    public List<(string Name, Version Version)> References { get; } = [];

    public AssemblyWriter Provider(string id = "written", string type = "Written.Plugin") => With("ProviderPluginAttribute", id, type);

    public AssemblyWriter Operation(string id = "written", string type = "Written.Plugin") => With("OperationPluginAttribute", id, type);

    public byte[] Write()
    {
        var module = _metadata.GetOrAddGuid(new Guid("6f1ed001-bbbb-4ccc-8ddd-000000000001"));
        _metadata.AddModule(0, _metadata.GetOrAddString(Name + ".dll"), module, default, default);
        var version = new Version(1, 2, 3, 4);
        var assembly = _metadata.AddAssembly(_metadata.GetOrAddString(Name), version, default, default, default, AssemblyHashAlgorithm.None);
        var runtime = Reference("System.Runtime", typeof(object).Assembly.GetName().Version!);
        var contract = Reference("Conductor.Abstractions", ContractVersion);
        foreach (var reference in References)
        {
            Reference(reference.Name, reference.Version);
        }

        _metadata.AddTypeDefinition(
            default, default, _metadata.GetOrAddString("<Module>"), default, MetadataTokens.FieldDefinitionHandle(1),
            MetadataTokens.MethodDefinitionHandle(1));
        var type = _metadata.AddTypeReference(runtime, _metadata.GetOrAddString("System"), _metadata.GetOrAddString("Type"));
        foreach (var (attribute, id, entryPoint) in _attributes)
        {
            var reference = _metadata.AddTypeReference(contract, _metadata.GetOrAddString("Conductor.Plugins"), _metadata.GetOrAddString(attribute));
            var signature = new BlobBuilder();
            new BlobEncoder(signature).MethodSignature(isInstanceMethod: true).Parameters(2, returns => returns.Void(), parameters =>
            {
                parameters.AddParameter().Type().String();
                parameters.AddParameter().Type().Type(type, isValueType: false);
            });
            var constructor = _metadata.AddMemberReference(reference, _metadata.GetOrAddString(".ctor"), _metadata.GetOrAddBlob(signature));

            var value = new BlobBuilder();
            value.WriteUInt16(1);
            value.WriteSerializedString(id);
            value.WriteSerializedString(entryPoint);
            value.WriteUInt16(0);
            _metadata.AddCustomAttribute(assembly, constructor, _metadata.GetOrAddBlob(value));
        }

        var image = new BlobBuilder();
        var headers = new PEHeaderBuilder(Machine, imageCharacteristics: Characteristics.Dll);
        new ManagedPEBuilder(headers, new MetadataRootBuilder(_metadata), new BlobBuilder(), flags: CorFlags.ILOnly).Serialize(image);
        return image.ToArray();
    }

    private AssemblyWriter With(string attribute, string id, string type)
    {
        _attributes.Add((attribute, id, type));
        return this;
    }

    private AssemblyReferenceHandle Reference(string name, Version version) =>
        _metadata.AddAssemblyReference(_metadata.GetOrAddString(name), version, default, default, default, default);
}
