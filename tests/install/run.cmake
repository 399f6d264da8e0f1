# Installs the build into a directory of its own, then builds and runs a program against that.
# Arguments: BUILD, EXAMPLE, WORK, SOURCE, GENERATOR
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGV}\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK}/run)
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -G ${GENERATOR} -DCMAKE_PREFIX_PATH=${WORK}/prefix
    -DCAIRN_EXAMPLE=${EXAMPLE})
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${CMAKE_COMMAND} -E chdir ${WORK}/run ${WORK}/build/user)
run(${WORK}/prefix/bin/cairn -s ${WORK}/run/sim.cairn verify)
run(${CMAKE_COMMAND} -E chdir ${WORK}/run ${WORK}/build/messages)
run(${WORK}/prefix/bin/cairn -s ${WORK}/run/messages.cairn verify)
file(REMOVE_RECURSE ${WORK})
