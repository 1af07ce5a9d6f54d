// The shim between .NET and libtorch: any operator by name through libtorch's dispatcher, and the few things that are not
// operators (autograd, grad mode, generators, threads, devices, raw memory). A C interface: no C++ type and no exception
// crosses it. Compiles unchanged against libtorch 1.13 and newer, with CUDA or without.

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/add.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/mm.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/version.h>

#include <dlfcn.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))

namespace {

// ---- values that cross the boundary -------------------------------------------------------------------------------

enum Tag : int32_t {
  kNone = 0,
  kTensor = 1,        // p: at::Tensor*
  kInt = 2,           // i
  kDouble = 3,        // d
  kBool = 4,          // i
  kIntList = 5,       // p: int64_t[count]
  kTensorList = 6,    // p: at::Tensor*[count]; a null entry is an undefined tensor, or None in a list of optionals
  kString = 7,        // p: UTF-8, count bytes
  kDevice = 8,        // i: device type, count: index
  kGenerator = 9,     // p: at::Generator*
  kDoubleList = 10,   // p: double[count]
  kDefault = 11,      // the operator's own default
};

struct Value {
  int32_t tag;
  int32_t count;
  union {
    int64_t i;
    double d;
    void* p;
  };
};
static_assert(sizeof(Value) == 16, "the managed side lays this struct out by hand");

// An operator with what a call needs to know about its parameters, looked up once.
struct Operator {
  struct Parameter {
    bool is_double;
    bool is_optional_tensor_list;
    bool has_default;
    c10::IValue default_value;
  };
  c10::OperatorHandle handle;
  std::vector<Parameter> parameters;
};

thread_local std::string last_error;

// Runs `body`; what it throws becomes last_error and the result `failed`.
template <typename Result, typename Body>
Result guarded(Result failed, Body&& body) noexcept {
  try {
    return body();
  } catch (const c10::Error& e) {
    last_error = e.what_without_backtrace();
  } catch (const std::exception& e) {
    last_error = e.what();
  } catch (...) {
    last_error = "an unknown C++ exception";
  }
  return failed;
}

// A tensor or None: c10::optional until libtorch made that std::optional.
using OptionalTensor = std::decay_t<decltype(std::declval<c10::IValue>().toOptional<at::Tensor>())>;

at::Tensor& tensor(void* p) { return *static_cast<at::Tensor*>(p); }

void* share(at::Tensor t) { return new at::Tensor(std::move(t)); }

c10::Device device(int32_t type, int32_t index) {
  return c10::Device(static_cast<c10::DeviceType>(type), static_cast<c10::DeviceIndex>(index));
}

const c10::impl::DeviceGuardImplInterface* cuda_guard() {
  return c10::impl::hasDeviceGuardImpl(c10::DeviceType::CUDA) ? c10::impl::getDeviceGuardImpl(c10::DeviceType::CUDA) : nullptr;
}

c10::IValue to_ivalue(const Value& v, const Operator::Parameter& parameter) {
  switch (v.tag) {
    case kNone:
      return c10::IValue();
    case kTensor:
      return c10::IValue(tensor(v.p));
    case kInt:
      return parameter.is_double ? c10::IValue(static_cast<double>(v.i)) : c10::IValue(v.i);
    case kDouble:
      return c10::IValue(v.d);
    case kBool:
      return c10::IValue(v.i != 0);
    case kIntList: {
      auto* data = static_cast<const int64_t*>(v.p);
      return c10::IValue(std::vector<int64_t>(data, data + v.count));
    }
    case kDoubleList: {
      auto* data = static_cast<const double*>(v.p);
      return c10::IValue(std::vector<double>(data, data + v.count));
    }
    case kTensorList: {
      auto** data = static_cast<at::Tensor**>(v.p);
      if (parameter.is_optional_tensor_list) {
        c10::List<OptionalTensor> list;
        list.reserve(v.count);
        for (int32_t k = 0; k < v.count; ++k)
          list.push_back(data[k] ? OptionalTensor(*data[k]) : OptionalTensor());
        return c10::IValue(std::move(list));
      }
      c10::List<at::Tensor> list;
      list.reserve(v.count);
      for (int32_t k = 0; k < v.count; ++k) list.push_back(data[k] ? *data[k] : at::Tensor());
      return c10::IValue(std::move(list));
    }
    case kString:
      return c10::IValue(std::string(static_cast<const char*>(v.p), v.count));
    case kDevice:
      return c10::IValue(device(static_cast<int32_t>(v.i), v.count));
    case kGenerator:
      return c10::IValue(*static_cast<at::Generator*>(v.p));
    case kDefault:
      TORCH_CHECK(parameter.has_default, "this parameter has no default");
      return parameter.default_value;
  }
  TORCH_CHECK(false, "unknown value tag ", v.tag);
}

Value from_ivalue(c10::IValue&& v) {
  Value r{};
  if (v.isTensor()) {
    r.tag = kTensor;
    r.p = share(std::move(v).toTensor());
  } else if (v.isBool()) {
    r.tag = kBool;
    r.i = v.toBool();
  } else if (v.isInt()) {
    r.tag = kInt;
    r.i = v.toInt();
  } else if (v.isDouble()) {
    r.tag = kDouble;
    r.d = v.toDouble();
  } else if (v.isTensorList()) {
    auto list = std::move(v).toTensorVector();
    auto** data = new void*[list.size()];
    for (size_t k = 0; k < list.size(); ++k) data[k] = share(std::move(list[k]));
    r.tag = kTensorList;
    r.count = static_cast<int32_t>(list.size());
    r.p = data;
  } else if (!v.isNone()) {
    TORCH_CHECK(false, "an operator returned a ", v.tagKind(), ", which the binding does not carry");
  }
  return r;
}

std::vector<at::Tensor> tensors(void* const* list, int32_t count) {
  std::vector<at::Tensor> r;
  r.reserve(count);
  for (int32_t k = 0; k < count; ++k) r.push_back(list[k] ? tensor(list[k]) : at::Tensor());
  return r;
}

// Newer libtorch can wait for a whole device; before that, its current stream is all that we ever use.
template <typename Guard>
auto synchronize(const Guard* guard, c10::Device d, int) -> decltype(guard->synchronizeDevice(d.index())) {
  guard->synchronizeDevice(d.index());
}
template <typename Guard>
void synchronize(const Guard* guard, c10::Device d, long) {
  guard->synchronizeStream(guard->getStream(d));
}

}  // namespace

// ---- errors, versions ---------------------------------------------------------------------------------------------

API const char* at_last_error() { return last_error.c_str(); }
API const char* at_version() { return TORCH_VERSION; }
API const char* at_configuration() {
  static const std::string text = at::show_config() + at::get_parallel_info();
  return text.c_str();
}

// ---- operators ----------------------------------------------------------------------------------------------------

// The operator `name` ("aten::add") with `overload` ("Tensor" or ""), or null where this libtorch has none. Never freed.
API void* at_operator(const char* name, const char* overload) {
  return guarded(static_cast<void*>(nullptr), [&]() -> void* {
    last_error.clear();
    auto found = c10::Dispatcher::singleton().findSchema({name, overload});
    if (!found.has_value()) return nullptr;
    auto* op = new Operator{*found, {}};
    for (const auto& argument : found->schema().arguments()) {
      auto type = argument.type();
      if (auto optional = type->cast<c10::OptionalType>()) type = optional->getElementType();
      auto list = type->cast<c10::ListType>();
      op->parameters.push_back({
          type->kind() == c10::TypeKind::FloatType,
          list && list->getElementType()->kind() == c10::TypeKind::OptionalType,
          argument.default_value().has_value(),
          argument.default_value().has_value() ? *argument.default_value() : c10::IValue(),
      });
    }
    return op;
  });
}

// Calls `op`; parameters beyond `count` take the operator's own defaults. Results land in `results` (room for `room`);
// returns how many, or -1. Each tensor result is owned by the caller; so is the array of a tensor list.
API int32_t at_call(const Operator* op, const Value* arguments, int32_t count, Value* results, int32_t room) {
  return guarded(-1, [&]() -> int32_t {
    const auto& parameters = op->parameters;
    TORCH_CHECK(static_cast<size_t>(count) <= parameters.size(), op->handle.schema().name(), " takes ", parameters.size(),
                " arguments, not ", count);
    std::vector<c10::IValue> stack;
    stack.reserve(parameters.size());
    for (int32_t k = 0; k < count; ++k) stack.push_back(to_ivalue(arguments[k], parameters[k]));
    for (size_t k = count; k < parameters.size(); ++k) {
      TORCH_CHECK(parameters[k].has_default, op->handle.schema().name(), ": argument ", op->handle.schema().arguments()[k].name(),
                  " is missing");
      stack.push_back(parameters[k].default_value);
    }
    op->handle.callBoxed(&stack);
    TORCH_CHECK(stack.size() <= static_cast<size_t>(room), op->handle.schema().name(), " returned ", stack.size(), " values");
    for (size_t k = 0; k < stack.size(); ++k) results[k] = from_ivalue(std::move(stack[k]));
    return static_cast<int32_t>(stack.size());
  });
}

// ---- tensors ------------------------------------------------------------------------------------------------------

struct TensorFacts {
  int64_t numel;
  int64_t storage_offset;
  int32_t dim;
  int32_t dtype;
  int32_t device_type;
  int32_t device_index;
  int32_t element_size;
  int32_t flags;  // 1 requires_grad, 2 is_leaf, 4 contiguous, 8 sparse or otherwise without strides
};

API int32_t at_facts(void* t, TensorFacts* facts) {
  return guarded(-1, [&]() -> int32_t {
    const auto& x = tensor(t);
    bool strided = x.layout() == c10::kStrided;
    facts->numel = x.numel();
    facts->storage_offset = strided ? x.storage_offset() : 0;
    facts->dim = static_cast<int32_t>(x.dim());
    facts->dtype = static_cast<int32_t>(x.scalar_type());
    facts->device_type = static_cast<int32_t>(x.device().type());
    facts->device_index = x.device().index();
    facts->element_size = static_cast<int32_t>(x.element_size());
    facts->flags = (x.requires_grad() ? 1 : 0) | (x.is_leaf() ? 2 : 0) | (strided && x.is_contiguous() ? 4 : 0) | (strided ? 0 : 8);
    return 0;
  });
}

API int32_t at_sizes(void* t, int64_t* sizes, int64_t* strides) {
  return guarded(-1, [&]() -> int32_t {
    const auto& x = tensor(t);
    for (int64_t k = 0; k < x.dim(); ++k) {
      if (sizes) sizes[k] = x.sizes()[k];
      if (strides) strides[k] = x.strides()[k];
    }
    return 0;
  });
}

API int32_t at_dtype(void* t) { return static_cast<int32_t>(tensor(t).scalar_type()); }
API void* at_data(void* t) {
  return guarded(static_cast<void*>(nullptr), [&] { return tensor(t).data_ptr(); });
}
API int32_t at_defined(void* t) { return tensor(t).defined(); }
API void* at_alias(void* t) { return share(tensor(t)); }
API void at_free(void* t) { delete static_cast<at::Tensor*>(t); }
API void at_free_list(void* list) { delete[] static_cast<void**>(list); }

// A tensor over memory that it does not own; `release(context)` runs once, when its last user has gone.
API void* at_from_blob(void* data, const int64_t* sizes, int32_t dim, int32_t dtype, int32_t device_type, int32_t device_index,
                       void (*release)(void*), void* context) {
  return guarded(static_cast<void*>(nullptr), [&] {
    auto options = at::TensorOptions().dtype(static_cast<c10::ScalarType>(dtype)).device(device(device_type, device_index));
    return share(at::from_blob(data, at::IntArrayRef(sizes, dim), [release, context](void*) { release(context); }, options));
  });
}

// ---- autograd -----------------------------------------------------------------------------------------------------

API int32_t at_set_requires_grad(void* t, int32_t on) {
  return guarded(-1, [&]() -> int32_t {
    tensor(t).set_requires_grad(on != 0);
    return 0;
  });
}

// The gradient of a leaf, or null where there is none.
API void* at_grad(void* t) {
  return guarded(static_cast<void*>(nullptr), [&]() -> void* {
    last_error.clear();
    const auto& grad = tensor(t).grad();
    return grad.defined() ? share(grad) : nullptr;
  });
}

API int32_t at_set_grad(void* t, void* grad) {
  return guarded(-1, [&]() -> int32_t {
    tensor(t).mutable_grad() = grad ? tensor(grad) : at::Tensor();
    return 0;
  });
}

API int32_t at_retain_grad(void* t) {
  return guarded(-1, [&]() -> int32_t {
    tensor(t).retain_grad();
    return 0;
  });
}

// Sum of gradients of `outputs` into the leaves (or only into `inputs`, if any are given).
API int32_t at_backward(void* const* outputs, void* const* grads, int32_t count, int32_t retain_graph, int32_t create_graph,
                        void* const* inputs, int32_t input_count) {
  return guarded(-1, [&]() -> int32_t {
    torch::autograd::backward(tensors(outputs, count), grads ? tensors(grads, count) : std::vector<at::Tensor>(), retain_graph != 0,
                              create_graph != 0, tensors(inputs, input_count));
    return 0;
  });
}

// Gradients of `outputs` with respect to `inputs`, into `results`; an input that was not used leaves null there.
API int32_t at_autograd_grad(void* const* outputs, void* const* grads, int32_t count, void* const* inputs, int32_t input_count,
                             int32_t retain_graph, int32_t create_graph, int32_t allow_unused, void** results) {
  return guarded(-1, [&]() -> int32_t {
    auto found = torch::autograd::grad(tensors(outputs, count), tensors(inputs, input_count),
                                       grads ? tensors(grads, count) : std::vector<at::Tensor>(), retain_graph != 0, create_graph != 0,
                                       allow_unused != 0);
    for (int32_t k = 0; k < input_count; ++k) results[k] = found[k].defined() ? share(std::move(found[k])) : nullptr;
    return 0;
  });
}

API int32_t at_grad_enabled() { return c10::GradMode::is_enabled(); }
API void at_set_grad_enabled(int32_t on) { c10::GradMode::set_enabled(on != 0); }
API int32_t at_inference_enabled() { return c10::InferenceMode::is_enabled(); }
API void* at_inference_begin(int32_t on) { return new c10::InferenceMode(on != 0); }
API void at_inference_end(void* guard) { delete static_cast<c10::InferenceMode*>(guard); }

// ---- random numbers -----------------------------------------------------------------------------------------------

API void at_manual_seed(uint64_t seed) {
  guarded(0, [&] {
    at::manual_seed(seed);
    return 0;
  });
}

// A generator of its own on the CPU or a GPU, or (with `shared`) the one that operators use when given none.
API void* at_generator(uint64_t seed, int32_t device_type, int32_t device_index, int32_t shared) {
  return guarded(static_cast<void*>(nullptr), [&]() -> void* {
    auto where = device(device_type, device_index);
    if (!shared && where.is_cpu()) return new at::Generator(at::detail::createCPUGenerator(seed));
    auto generator = at::globalContext().defaultGenerator(where);
    if (shared) return new at::Generator(generator);
    auto own = generator.clone();
    own.set_current_seed(seed);
    return new at::Generator(own);
  });
}

API int32_t at_generator_seed(void* generator, uint64_t* seed, int32_t set) {
  return guarded(-1, [&]() -> int32_t {
    auto& g = *static_cast<at::Generator*>(generator);
    std::lock_guard<std::mutex> lock(g.mutex());
    if (set) g.set_current_seed(*seed);
    else *seed = g.current_seed();
    return 0;
  });
}

API void* at_generator_state(void* generator) {
  return guarded(static_cast<void*>(nullptr), [&] {
    auto& g = *static_cast<at::Generator*>(generator);
    std::lock_guard<std::mutex> lock(g.mutex());
    return share(g.get_state());
  });
}

API int32_t at_set_generator_state(void* generator, void* state) {
  return guarded(-1, [&]() -> int32_t {
    auto& g = *static_cast<at::Generator*>(generator);
    std::lock_guard<std::mutex> lock(g.mutex());
    g.set_state(tensor(state));
    return 0;
  });
}

API void at_generator_free(void* generator) { delete static_cast<at::Generator*>(generator); }

// ---- threads and devices ------------------------------------------------------------------------------------------

API int32_t at_num_threads(int32_t interop) { return interop ? at::get_num_interop_threads() : at::get_num_threads(); }
API int32_t at_set_num_threads(int32_t threads, int32_t interop) {
  return guarded(-1, [&]() -> int32_t {
    if (interop) at::set_num_interop_threads(threads);
    else at::set_num_threads(threads);
    return 0;
  });
}

API void at_set_deterministic(int32_t on) { at::globalContext().setDeterministicAlgorithms(on != 0, false); }
API int32_t at_deterministic() { return at::globalContext().deterministicAlgorithms(); }

API int32_t at_cuda_count() {
  return guarded(0, [&]() -> int32_t {
    auto* guard = cuda_guard();
    return guard ? guard->deviceCount() : 0;
  });
}

API int32_t at_cuda_synchronize(int32_t index) {
  return guarded(-1, [&]() -> int32_t {
    auto* guard = cuda_guard();
    TORCH_CHECK(guard != nullptr, "this libtorch has no CUDA device");
    synchronize(guard, index < 0 ? guard->getDevice() : c10::Device(c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(index)), 0);
    return 0;
  });
}

// Free and total bytes of a GPU. The CUDA runtime is libtorch's own, found by name so that a build without CUDA needs none.
API int32_t at_cuda_memory(int32_t index, int64_t* free, int64_t* total) {
  return guarded(-1, [&]() -> int32_t {
    auto* guard = cuda_guard();
    TORCH_CHECK(guard != nullptr && index < guard->deviceCount(), "this libtorch has no CUDA device ", index);
    auto memory = reinterpret_cast<int (*)(size_t*, size_t*)>(dlsym(RTLD_DEFAULT, "cudaMemGetInfo"));
    TORCH_CHECK(memory != nullptr, "the CUDA runtime has no cudaMemGetInfo");
    auto before = guard->exchangeDevice(device(static_cast<int32_t>(c10::DeviceType::CUDA), index));
    size_t available = 0, all = 0;
    auto status = memory(&available, &all);
    guard->setDevice(before);
    TORCH_CHECK(status == 0, "cudaMemGetInfo failed with status ", status);
    *free = static_cast<int64_t>(available);
    *total = static_cast<int64_t>(all);
    return 0;
  });
}

// ---- the same work without .NET, for the benchmarks ----------------------------------------------------------------

// Seconds of `times` direct C++ calls of add or mm on `a` and `b`.
API double at_time_direct(int32_t mm, void* a, void* b, int64_t times) {
  return guarded(-1.0, [&]() -> double {
    const auto& x = tensor(a);
    const auto& y = tensor(b);
    auto start = std::chrono::steady_clock::now();
    for (int64_t k = 0; k < times; ++k) {
      auto r = mm ? at::mm(x, y) : at::add(x, y);
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  });
}
