using System.Globalization;
using System.Text;
using Attribution.Data.Store;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Attribution.Pipeline.Plugins;

/// <summary>
/// The hash of one of the experiment's own classes: of its code, and of all code that it refers to in its assembly and in the assemblies beside it. Editing a
/// judge therefore recomputes no vectors, even if judge and method are compiled into one assembly.
/// </summary>
/// <remarks>
/// The resources of the assembly count for each of its classes, because a name in a string finds them. Code that a class reaches in such a way does not count.
/// </remarks>
internal sealed class ClassHash : IDisposable
{
    // The compiler puts the constant data of all classes of an assembly into this type; a class refers to single members of it.
    private const string SharedData = "<PrivateImplementationDetails>";

    private readonly AssemblyDefinition _assembly;
    private readonly SortedDictionary<string, string> _code = new(StringComparer.Ordinal);
    private readonly Queue<TypeDefinition> _open = [];

    private ClassHash(string path)
    {
        _assembly = AssemblyDefinition.ReadAssembly(path);
    }

    /// <summary>The hash of a class.</summary>
    public static ContentHash Of(Type type)
    {
        using var hash = new ClassHash(type.Assembly.Location);
        return hash.Compute(hash._assembly.MainModule.GetType(type.FullName!.Replace('+', '/')));
    }

    /// <inheritdoc/>
    public void Dispose() => _assembly.Dispose();

    private ContentHash Compute(TypeDefinition type)
    {
        Reach(type);
        while (_open.TryDequeue(out var next))
            _code[next.FullName] = Write(next);
        foreach (var resource in _assembly.MainModule.Resources.OfType<EmbeddedResource>())
            _code[$"resource {resource.Name}"] = ContentHash.Of(resource.GetResourceData()).ToString();
        return ContentHash.Of(string.Concat(_code.Select(code => $"{code.Key}\n{code.Value}\n")));
    }

    private string Write(TypeDefinition type)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{(uint)type.Attributes} {Name(type.BaseType)}\n");
        foreach (var implemented in type.Interfaces)
            text.Append(Name(implemented.InterfaceType)).Append('\n');
        WriteAttributes(text, type);
        foreach (var field in type.Fields)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(uint)field.Attributes} {Name(field)} = {field.Constant} {Convert.ToHexString(field.InitialValue)}\n");
            WriteAttributes(text, field);
        }
        foreach (var method in type.Methods)
            WriteMethod(text, method);
        foreach (var nested in type.NestedTypes)
            Reach(nested);
        return text.ToString();
    }

    private void WriteMethod(StringBuilder text, MethodDefinition method)
    {
        text.Append(CultureInfo.InvariantCulture, $"{(uint)method.Attributes} {Name(method)}\n");
        WriteAttributes(text, method);
        if (!method.HasBody)
            return;
        foreach (var variable in method.Body.Variables)
            text.Append(Name(variable.VariableType)).Append('\n');
        foreach (var instruction in method.Body.Instructions)
            text.Append(CultureInfo.InvariantCulture, $"{instruction.Offset} {instruction.OpCode.Name} {Operand(instruction.Operand)}\n");
        foreach (var handler in method.Body.ExceptionHandlers)
            text.Append(CultureInfo.InvariantCulture,
                $"{handler.HandlerType} {handler.TryStart.Offset} {handler.TryEnd.Offset} {handler.HandlerStart.Offset} {handler.FilterStart?.Offset} "
                    + $"{Name(handler.CatchType)}\n");
    }

    private string Operand(object? operand) => operand switch
    {
        MemberReference member => Name(member),
        Instruction target => $"{target.Offset}",
        Instruction[] targets => string.Join(',', targets.Select(target => target.Offset)),
        VariableDefinition variable => $"{variable.Index}",
        ParameterDefinition parameter => $"{parameter.Index}",
        IFormattable number => number.ToString("R", CultureInfo.InvariantCulture),
        _ => $"{operand}",
    };

    private void WriteAttributes(StringBuilder text, ICustomAttributeProvider provider)
    {
        foreach (var attribute in provider.CustomAttributes)
            text.Append(CultureInfo.InvariantCulture, $"[{Name(attribute.Constructor)} {Convert.ToHexString(attribute.GetBlob())}]\n");
    }

    // The full name of a member or type, all parts of which are reached.
    private string Name(MemberReference? member)
    {
        switch (member)
        {
            case null:
                return "";
            case TypeSpecification specification:
                Name(specification.ElementType);
                if (specification is GenericInstanceType instance)
                    foreach (var argument in instance.GenericArguments)
                        Name(argument);
                break;
            case TypeReference type:
                Reach(type);
                break;
            case MethodReference method:
                Name(method.DeclaringType);
                Name(method.ReturnType);
                foreach (var parameter in method.Parameters)
                    Name(parameter.ParameterType);
                if (method is GenericInstanceMethod generic)
                    foreach (var argument in generic.GenericArguments)
                        Name(argument);
                if (IsShared(method.DeclaringType) && method.Resolve() is { } shared && _code.TryAdd(shared.FullName, ""))
                    _code[shared.FullName] = WriteShared(shared);
                break;
            case FieldReference field:
                Name(field.DeclaringType);
                Name(field.FieldType);
                if (IsShared(field.DeclaringType))
                    _code[field.FullName] = Convert.ToHexString(field.Resolve().InitialValue);
                break;
        }
        return member.FullName;
    }

    private string WriteShared(MethodDefinition method)
    {
        var text = new StringBuilder();
        WriteMethod(text, method);
        return text.ToString();
    }

    private void Reach(TypeReference type)
    {
        if (type.IsGenericParameter || IsShared(type))
            return;
        if (type.Scope is AssemblyNameReference elsewhere)
            ReachAssembly(elsewhere.Name);
        else if (type.Resolve() is { } own && _code.TryAdd(own.FullName, ""))
            _open.Enqueue(own);
    }

    // An assembly beside the experiment's own counts as a whole.
    private void ReachAssembly(string name)
    {
        var path = Path.Combine(Path.GetDirectoryName(_assembly.MainModule.FileName)!, name + ".dll");
        if (_code.ContainsKey($"assembly {name}") || !File.Exists(path))
            return;
        using var assembly = AssemblyDefinition.ReadAssembly(path);
        _code[$"assembly {name}"] = $"{assembly.MainModule.Mvid:N}";
        foreach (var reference in assembly.MainModule.AssemblyReferences)
            ReachAssembly(reference.Name);
    }

    private static bool IsShared(TypeReference type) => type.Name == SharedData || (type.DeclaringType is { } outer && IsShared(outer));
}
